import { describe, expect, it } from 'vitest';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { parsePipeline } from './parse-pipeline.ts';

const source = { kind: 'files', folder: 'data' };
const bronze = { orders: { table: 'orders.csv', mode: 'full', columns: { id: 'NUMBER(10,0)' } } };

function problems(checks: readonly object[], more: object = {}): readonly string[] {
  const gold = { sales: { kind: 'snapshot', sql: 'sales.sql', checks, ...more } };
  try {
    parsePipeline({ name: 'shop', source, bronze, gold }, { path: 'snowmelt.config.ts', text: '' });
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others].map(({ message }) => message);
  }
}

describe('checks that can be', () => {
  it('of every kind', () => {
    const checks = [
      { kind: 'schema', columns: { id: 'INT' } },
      { kind: 'notNull', column: 'id', maxRows: 1, maxPercent: 0.5 },
      { kind: 'range', column: 'id', min: 1, severity: 'quarantine' },
      { kind: 'relationship', column: 'id', to: 'silver.x' },
      { kind: 'rowCount', change: { maxPercent: 250 } },
      { kind: 'anomaly', metric: 'nullRate', column: 'id', minHistory: 28 },
      { kind: 'sql', name: 'a', condition: 'id > 1', severity: 'quarantine' },
      { kind: 'sql', name: 'b', query: 'select 1', maxRows: 3 },
    ];
    expect(problems(checks, { quarantine: { maxPercent: 5 } })).toEqual([]);
  });
});

describe('checks that contradict themselves', () => {
  it.each([
    [{ kind: 'unique', columns: ['id'], severity: 'quarantine' }, 'A check of kind unique cannot set rows aside.'],
    [{ kind: 'relationship', column: 'id', to: 'silver.x', severity: 'quarantine' }, 'A check of kind relationship cannot set rows aside.'],
    [{ kind: 'rowCount', min: 1, severity: 'quarantine' }, 'A check of kind rowCount cannot set rows aside.'],
    [{ kind: 'schema', columns: {}, severity: 'quarantine' }, 'A check of kind schema cannot set rows aside.'],
    [{ kind: 'freshness', column: 'at', maxAge: '1 day', severity: 'quarantine' }, 'A check of kind freshness cannot set rows aside.'],
    [{ kind: 'sql', name: 'a', query: 'select 1', severity: 'quarantine' }, 'A check of kind sql cannot set rows aside.'],
    [
      { kind: 'notNull', column: 'id', maxRows: 1, severity: 'quarantine' },
      'A check of severity quarantine has no `maxRows` or `maxPercent`.',
    ],
    [{ kind: 'range', column: 'id' }, 'This check of kind range has no bound, so it can never fail.'],
    [{ kind: 'rowCount' }, 'This check of kind rowCount has no bound, so it can never fail.'],
    [{ kind: 'aggregate', column: 'id', function: 'mean' }, 'This check of kind aggregate has no bound, so it can never fail.'],
    [{ kind: 'rowCount', min: 2, max: 1 }, '`min` 2 is more than `max` 1, so nothing can hold.'],
    [{ kind: 'anomaly', metric: 'rowCount', column: 'id' }, 'The number of rows is not that of a column.'],
    [{ kind: 'anomaly', metric: 'mean' }, '`mean` is a figure of a column.'],
    [{ kind: 'anomaly', metric: 'rowCount', history: 5 }, '`minHistory` 7 is more than `history` 5, so it can never fail.'],
    [{ kind: 'sql', name: 'a' }, 'The check `a` needs exactly one of `condition` and `query`.'],
    [{ kind: 'sql', name: 'a', condition: 'x', query: 'select 1' }, 'The check `a` needs exactly one of `condition` and `query`.'],
    [{ kind: 'sql', name: 'a', query: 'select 1', maxPercent: 1 }, 'The rows of a query are no share of a partition.'],
  ])('%j', (check, message) => expect(problems([check])).toEqual([message]));

  it('a budget needs something that refuses', () => {
    expect(problems([{ kind: 'rowCount', min: 1 }], { quarantine: { maxPercent: 5 } })).toEqual([
      '`quarantine` of `gold.sales` is a budget for rows that nothing refuses.',
    ]);
  });
});
