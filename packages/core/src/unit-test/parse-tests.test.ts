import { describe, expect, it } from 'vitest';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { parseTests } from './parse-tests.ts';

const TEST = { name: 'a', dataset: 'silver.facts', given: { 'bronze.orders': [{ id: 1, at: null }] }, expect: { rows: [{ id: 1 }] } };
const parse = (content: unknown, lines?: readonly number[]) =>
  parseTests({ file: 'tests/a.yaml', content, ...(lines === undefined ? {} : { lines }) });

function errorsOf(content: unknown, lines?: readonly number[]) {
  try {
    parse(content, lines);
  } catch (error) {
    if (isSnowmeltError(error)) return [error, ...error.others].map(({ code, message, hint, at }) => ({ code, message, hint, at }));
    throw error;
  }
  return [];
}

describe('a file of tests', () => {
  it('is one test or a list of them, every value a text', () => {
    const row = { n: 10n, d: new Date('2026-01-31T10:00:00Z'), yes: true, half: 0.5, list: [1, { a: 2 }], none: null };
    const [test] = parse({ ...TEST, given: { 'bronze.orders': [row] } });
    expect(test?.given['bronze.orders']).toEqual([
      { n: '10', d: '2026-01-31 10:00:00.000', yes: 'true', half: '0.5', list: '[1,{"a":2}]', none: null },
    ]);
    expect(parse([TEST, { ...TEST, name: 'b' }], [1, 9]).map(({ at }) => at)).toEqual([
      { file: 'tests/a.yaml', line: 1 },
      { file: 'tests/a.yaml', line: 9 },
    ]);
  });

  it('says nothing of rows where it says nothing, and that none is refused', () => {
    const [test] = parse({ ...TEST, expect: {} });
    expect(test?.expect).toEqual({ rows: undefined, refused: [], ordered: false, checks: undefined });
    const [other] = parse({ ...TEST, expect: { ordered: 'true', refused: [{ _reasons: ['b: range', 'a: cast'] }] } });
    expect(other?.expect).toMatchObject({ ordered: true, refused: [{ _reasons: 'a: cast, b: range' }] });
  });

  it('names all that is wrong, at once, with what was meant', () => {
    expect(
      errorsOf(
        [
          { ...TEST, givn: {} },
          { ...TEST, expect: { row: [] } },
        ],
        [3, 7],
      ),
    ).toEqual([
      {
        code: 'test/invalid',
        message: '`givn` is not a key of a test.',
        hint: 'Did you mean `given`?',
        at: { file: 'tests/a.yaml', line: 3 },
      },
      {
        code: 'test/invalid',
        message: '`row` is not a key of `expect`.',
        hint: 'Did you mean `rows`?',
        at: { file: 'tests/a.yaml', line: 7 },
      },
    ]);
    expect(errorsOf({ ...TEST, dataset: 'facts' })).toMatchObject([{ code: 'test/invalid', at: { field: 'dataset' } }]);
    expect(errorsOf({ ...TEST, date: '31.01.2026' })).toMatchObject([{ code: 'test/invalid', at: { field: 'date' } }]);
    expect(errorsOf([TEST, TEST])).toMatchObject([{ message: 'Two tests are named `a`.' }]);
    expect(errorsOf('nothing')).toHaveLength(1);
  });
});
