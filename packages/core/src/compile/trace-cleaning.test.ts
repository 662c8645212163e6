import { describe, expect, it } from 'vitest';
import type { CleanedColumn } from '../layers/silver/cleaning.ts';
import type { SilverOrigin } from '../layers/silver/silver-dataset.ts';
import { parseDatasetName } from '../layout/dataset-name.ts';
import { identityFlow } from '../sql/lineage/flow.ts';
import { sqlText } from '../sql/text.ts';
import { lineageOf, rowLineageOf } from './trace-cleaning.ts';

const VARCHAR = { kind: 'varchar' } as const;
const ORIGIN: SilverOrigin = { kind: 'bronze', dataset: parseDatasetName('bronze.o'), mode: 'full', columns: [] };

// Rules that other versions of the declaration may have are rules, too.
function column(name: string, rules: object = {}): CleanedColumn {
  const start = { duckdb: sqlText(name), spark: sqlText(name) };
  const declared = { type: VARCHAR, onFail: 'quarantine' as const, ...rules };
  return { name, rules: declared, start, startType: VARCHAR, startFlow: identityFlow('_source', name) };
}

const words = (sources: readonly { readonly column: string; readonly uses: readonly string[]; readonly masked?: true }[]) =>
  sources.map(({ column: name, uses, masked }) => `${name} ${uses.join('+')}${masked === true ? ' masked' : ''}`).join(', ');
const columnOf = (rules: object) => words(lineageOf(ORIGIN, [column('a', rules)], undefined)['a'] ?? []);
const rowsOf = (columns: readonly CleanedColumn[], merge = {}) => words(rowLineageOf(ORIGIN, columns, undefined, merge));

describe('the lineage of a cleaned column', () => {
  it.each([
    [{}, 'a identity'],
    [{ required: true, pattern: 'x', accepted: ['x'], range: { min: 'a' } }, 'a identity'],
    [{ trim: true }, 'a transformation'],
    [{ trim: false }, 'a identity'],
    [{ type: { kind: 'date' } }, 'a transformation'],
    [{ default: 'x' }, 'a transformation'],
    [{ pattern: 'x', onFail: 'null' }, 'a transformation'],
    [{ protect: { as: 'hash', key: 'k' } }, 'a transformation masked'],
    [{ reference: { dataset: 'silver.r', column: 'id' }, onFail: 'null' }, 'a transformation, id conditional'],
    [{ somethingNew: true }, 'a transformation'],
  ])('with the rules %j', (rules, expected) => {
    expect(columnOf(rules)).toBe(expected);
  });

  it('that starts from a column of a model goes on to where that comes from', () => {
    const source = { dataset: parseDatasetName('silver.s'), column: 'x', uses: ['aggregation'], masked: true } as const;
    const model = { lineage: { a: [source] }, rowLineage: [{ ...source, uses: ['join'] as const }] };
    const origin: SilverOrigin = { kind: 'model', sql: { duckdb: sqlText(''), spark: sqlText('') }, columns: [] };
    expect(words(lineageOf(origin, [column('a', { trim: true })], model)['a'] ?? [])).toBe('x aggregation masked');
    expect(words(rowLineageOf(origin, [column('a')], model, {}))).toBe('x join');
  });
});

describe('what decides over the rows of a cleaned dataset', () => {
  it('are rules that refuse, keys, and what ranks rows of the same key', () => {
    expect(rowsOf([column('a'), column('b', { trim: true })])).toBe('');
    expect(rowsOf([column('a', { required: true }), column('b', { pattern: 'x', onFail: 'null' })])).toBe('a filter');
    expect(rowsOf([column('a', { type: { kind: 'date' } })])).toBe('a filter');
    expect(rowsOf([column('a'), column('b'), column('c')], { key: ['a'], version: 'b' })).toBe('a group-by, b sort, c sort');
    expect(rowsOf([column('a'), column('b')], { distinct: ['b'] })).toBe('a sort, b group-by');
    expect(rowsOf([column('a', { reference: { dataset: 'silver.r', column: 'id' } })])).toBe('a filter, id filter');
  });
});
