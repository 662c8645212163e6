import { describe, expect, it } from 'vitest';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { parsePipeline } from './parse-pipeline.ts';

const bronze = { orders: { table: 'orders.csv', mode: 'full', columns: { id: 'NUMBER(10,0)', label: 'VARCHAR' } } };

function problems(silver: object, gold: object = {}): readonly string[] {
  const columns = { id: { type: 'NUMBER(10,0)' } };
  const declaration = {
    name: 'shop',
    source: { kind: 'files', folder: 'data' },
    bronze,
    silver: { fact: { kind: 'snapshot', from: 'bronze.orders', columns, ...silver }, made: { kind: 'snapshot', sql: 'made.sql' } },
    gold: { top: { kind: 'snapshot', sql: 'top.sql', ...gold } },
  };
  try {
    parsePipeline(declaration, { path: 'snowmelt.config.ts', text: '' });
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others].map(({ code, message, hint }) => `${code}: ${message} ${hint}`);
  }
}

const id = { type: 'NUMBER(10,0)' };

describe('how columns may change', () => {
  it.each([
    [{ evolution: 'freeze' }, {}],
    [{ columns: { id, name: { type: 'VARCHAR', from: 'label', renamedFrom: 'label' } } }, {}],
    [{ evolution: 'compatible' }, { evolution: 'any', renamed: { total: 'amount' }, contract: { version: 3, protected: ['total'] } }],
  ])('can be declared: %j %j', (silver, gold) => {
    expect(problems(silver, gold)).toEqual([]);
  });

  it.each([
    [{ evolution: 'never' }, {}, 'evolution'],
    [{ renamed: { id: 'no' } }, {}, '`renamed` is for models without `columns`'],
    [{ columns: { id, label: { type: 'VARCHAR', renamedFrom: 'id' } } }, {}, '`label` cannot have been `id`, which is still a column'],
    [{ columns: { id: { ...id, renamedFrom: 'id' } } }, {}, '`id` cannot have been `id`'],
    [
      { columns: { id: { ...id, renamedFrom: 'no' }, label: { type: 'VARCHAR', renamedFrom: 'no' } } },
      {},
      'Two columns say that they were `no`',
    ],
    [{}, { renamed: { a: 'x', b: 'x' } }, 'Two columns say that they were `x`'],
    [{}, { contract: { version: 0, protected: ['a'] } }, 'version'],
    [{}, { contract: { version: 1, protected: [] } }, 'protected'],
    [{}, { contract: { version: 1, protected: ['a', 'a'] } }, '`a` is protected twice'],
  ])('%j %j is refused', (silver, gold, message) => {
    expect(problems(silver, gold)).toEqual([expect.stringContaining(message)]);
    expect(problems(silver, gold)[0]).toMatch(/^config\/invalid/);
  });

  it('has contracts for gold alone', () => {
    expect(problems({ contract: { version: 1, protected: ['id'] } })).toEqual([expect.stringContaining('config/unknown-key')]);
  });
});
