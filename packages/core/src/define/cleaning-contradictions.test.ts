import { describe, expect, it } from 'vitest';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { parsePipeline } from './parse-pipeline.ts';

/** What is wrong with a column `x` of a silver dataset that is otherwise in order. */
function problems(column: object, more: object = {}, keys: object = { pii: { env: 'PII_KEY' } }): readonly string[] {
  const declaration = {
    name: 'shop',
    source: { kind: 'files', folder: 'data' },
    keys,
    bronze: { raw: { table: 'raw.csv', mode: 'full', columns: { x: 'VARCHAR', at: 'VARCHAR' } } },
    silver: {
      fact: {
        kind: 'event',
        eventTime: 'at',
        from: 'bronze.raw',
        key: ['id'],
        columns: { x: column, id: { from: 'x', type: 'VARCHAR' }, at: { type: 'DATE' } },
        ...more,
      },
      other: { kind: 'snapshot', from: 'bronze.raw', columns: { id: { from: 'x', type: 'VARCHAR' } } },
    },
  };
  try {
    parsePipeline(declaration, { path: 'snowmelt.config.ts', text: '' });
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others].map(({ code, message, hint }) => `${code}: ${message} ${hint}`);
  }
}

const hash = { method: 'hash', key: 'pii' };

describe('a column', () => {
  it.each([
    [{ type: 'NUMBER(9,2)', cast: 'round' }],
    [{ type: 'DATE', cast: 'truncate', parse: { format: 'YYYY-MM-DD HH24:MI' } }],
    [{ type: 'TIMESTAMP_NTZ', parse: { json: '$.at', format: ['DD/MM/YYYY', 'DD/MM/YYYY HH24:MI'] } }],
    [{ type: 'TIME', parse: { format: 'HH12:MI AM' } }],
    [{ type: 'FLOAT', parse: { number: { decimal: ',', group: ' ' } } }],
    [{ type: 'VARIANT', parse: { json: "$['a b'].c[0]" } }],
    [{ type: 'VARCHAR', normalize: 'NFC', protect: hash, reference: { dataset: 'silver.other', column: 'id' } }],
    [{ type: 'VARCHAR', protect: { method: 'tokenize', key: 'pii', prefix: 'cus_', digits: 32 } }],
  ])('may have %j', (column) => {
    expect(problems(column)).toEqual([]);
  });

  it.each([
    [{ type: 'DATE', cast: 'round' }, "`cast: 'round'` is for exact numbers."],
    [{ type: 'NUMBER(9,0)', cast: 'truncate' }, "`cast: 'truncate'` is for dates and times."],
    [{ type: 'VARCHAR', normalize: 'NFKC' }, "must be 'NFC': the engines do not agree on other forms"],
    [{ type: 'VARCHAR', parse: {} }, '`parse` says nothing.'],
    [{ type: 'DATE', parse: { format: 'DD/MM/YYYY', number: {} } }, 'A text is a date or a number, not both.'],
    [{ type: 'VARCHAR', parse: { json: '$.a[*]' } }, '`$.a[*]` is not a path to one value.'],
    [{ type: 'VARCHAR', parse: { json: 'a.b' } }, '`a.b` is not a path to one value.'],
    [{ type: 'DATE', parse: { number: { decimal: ',' } } }, 'Only a number can be read as a number.'],
    [{ type: 'FLOAT', parse: { number: { decimal: ',', group: ',' } } }, '`,` cannot be both marks.'],
    [{ type: 'FLOAT', parse: { number: { decimal: '5' } } }, '`5` cannot be a mark of a number.'],
    [{ type: 'VARCHAR', parse: { format: 'DD/MM/YYYY' } }, 'Only a date or a time can be read by a format.'],
    [{ type: 'TIME', parse: { format: 'DD/MM/YYYY' } }, 'A format does not give what a time is.'],
    [{ type: 'TIMESTAMP_NTZ', parse: { format: 'HH24:MI' } }, 'A format does not give what a timestamp is.'],
    [{ type: 'DATE', parse: { format: 'DD/MM/YYYY HH24:MI' } }, 'A format has a time, which a DATE cannot hold.'],
    [{ type: 'DATE', parse: { format: 'DD/MMM/YYYY' } }, 'is not an element of a format.'],
    [{ type: 'NUMBER(9,0)', protect: hash }, '`x` is protected, so it is a text.'],
    [{ type: 'VARCHAR', protect: { method: 'hash', key: 'pij' } }, 'There is no key `pij`. Did you mean `pii`?'],
    [{ type: 'VARCHAR', protect: { ...hash, prefix: 'cus_' } }, 'A hash is whole and has no prefix.'],
    [{ type: 'VARCHAR', protect: { method: 'tokenize', key: 'pii', prefix: "'" } }, 'must be letters, digits'],
    [{ type: 'VARCHAR', protect: { method: 'tokenize', key: 'pii', digits: 8 } }, 'digits'],
    [{ type: 'VARCHAR', reference: { dataset: 'bronze.raw', column: 'x' } }, 'must be a silver dataset, `silver.NAME`'],
  ])('%j is refused', (column, message) => {
    const [first, ...others] = problems(column);
    expect(first).toContain(message);
    expect(first).toMatch(/^config\/invalid: .+ .+/);
    expect(others).toEqual([]);
  });

  it('cannot be protected where no keys are declared, and is told how to declare one', () => {
    expect(problems({ type: 'VARCHAR', protect: hash }, {}, {})).toEqual([expect.stringContaining("Add `keys: { pii: { env: 'NAME' } }`")]);
  });

  it('that decides which row stays, or when it was, is not hashed or looked up', () => {
    const version = problems({ type: 'VARCHAR', protect: hash }, { version: 'x' });
    expect(version).toEqual([expect.stringContaining('hashes have another order')]);
    const reference = { dataset: 'silver.other', column: 'day' };
    expect(problems({ type: 'DATE', reference }, { eventTime: 'x' })).toEqual([expect.stringContaining('cannot be looked up')]);
  });
});
