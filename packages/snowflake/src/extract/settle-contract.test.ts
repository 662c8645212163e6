import { type DriftRules, isSnowmeltError, parseColumnType, type SourceColumn } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import { column } from '../../test-support/fake-sql-api.ts';
import type { ResultColumn } from '../client/result-metadata.ts';
import { projectColumns } from './projection.ts';
import { settleContract } from './settle-contract.ts';

const PLACE = { dataset: 'bronze.orders', relation: 'table `ORDERS`' };
const REQUEST = { dataset: 'bronze.orders', relation: { kind: 'table', table: 'ORDERS' } } as const;

function declared(name: string, type: string, more: Partial<SourceColumn> = {}): SourceColumn {
  const parsed = parseColumnType(type);
  if (parsed === undefined) throw new Error(type);
  return { name, source: name.toUpperCase(), type: parsed, ...more };
}

const COLUMNS = [declared('id', 'NUMBER(18,0)'), declared('note', 'VARCHAR'), declared('amount', 'NUMBER(12,2)')];
const ACTUAL = [column('ID', 'fixed', 18), column('NOTE'), column('AMOUNT', 'fixed', 12, 2)];
const SEEN: NonNullable<DriftRules['seen']> = {
  columns: COLUMNS,
  described: [
    { name: 'ID', type: 'NUMBER(18,0)', nullable: true },
    { name: 'NOTE', type: 'VARCHAR', nullable: true },
    { name: 'AMOUNT', type: 'NUMBER(12,2)', nullable: true },
  ],
};

function settle(actual: readonly ResultColumn[], rules: Partial<DriftRules> = {}, columns = COLUMNS) {
  const drift: DriftRules = { policy: 'evolve', needed: ['id'], seen: SEEN, ...rules };
  const { columns: matched, contract } = settleContract({ ...REQUEST, dataset: REQUEST.dataset as never, columns, drift }, actual, PLACE);
  return {
    types: Object.fromEntries(
      matched.map(({ declared: { name, type } }) => [name, type.kind === 'decimal' ? `${type.precision},${type.scale}` : type.kind]),
    ),
    notes: contract.notes.map(({ change, column: name }) => `${change} ${name}`),
    matched,
    contract,
  };
}

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'none';
  } catch (error) {
    return isSnowmeltError(error) ? error.code : String(error);
  }
};

describe('freeze', () => {
  it('reads what is declared and tells what else there is, once', () => {
    const actual = [...ACTUAL, column('COLOUR')];
    const first = settle(actual, { policy: 'freeze' });
    expect([first.notes, Object.keys(first.types), first.contract.columns]).toEqual([
      ['added COLOUR'],
      ['id', 'note', 'amount'],
      undefined,
    ]);
    const seen = { ...SEEN, described: first.contract.described };
    expect(settle(actual, { policy: 'freeze', seen }).notes).toEqual([]);
  });

  it('tells another type that still fits, and a value that may now be missing', () => {
    const seen = { ...SEEN, described: [{ name: 'ID', type: 'NUMBER(10,0)', nullable: false }] };
    const actual = ACTUAL.map((one) => (one.name === 'ID' ? { ...one, nullable: true } : one));
    expect(settle(actual, { policy: 'freeze', seen }).notes).toEqual(['retyped id', 'nullable id']);
    const still = ACTUAL.map((one) => ({ ...one, nullable: false }));
    expect(settle(still, { policy: 'freeze', seen }).notes).toEqual(['retyped id']);
  });

  it('a column that is gone is an error', () => {
    expect(codeOf(() => settle(ACTUAL.slice(0, 2), { policy: 'freeze' }))).toBe('source/column-missing');
  });
});

describe('evolve', () => {
  it('takes new columns, each with the type that loses nothing', () => {
    const extra = [
      column('TZ', 'timestamp_tz', 0, 6),
      column('AT', 'timestamp_ntz', 0, 9),
      column('DOC', 'object'),
      column('BIG', 'fixed', 38),
      column('F', 'real'),
    ];
    const { types, contract, matched } = settle([...ACTUAL, ...extra]);
    expect(types).toMatchObject({ tz: 'timestamp', tz_offset_minutes: 'bigint', at: 'timestamp', doc: 'json', big: '38,0', f: 'double' });
    expect(contract.columns?.length).toBe(9);
    expect(matched.find(({ declared: { name } }) => name === 'at')?.declared.nanoseconds).toBe('truncate');
  });

  it('leaves what has no name or no type in the lake, and says so', () => {
    const { types, contract } = settle([...ACTUAL, column('Bad Name'), column('V', 'vector'), column('note')]);
    expect(Object.keys(types)).toEqual(['id', 'note', 'amount']);
    expect(contract.notes.map(({ detail }) => detail.endsWith('it is not taken'))).toEqual([true, true, true]);
  });

  it('takes digits before the point, never fewer, never others behind it', () => {
    const amount = (precision: number, scale: number) => [...ACTUAL.slice(0, 2), column('AMOUNT', 'fixed', precision, scale)];
    expect(settle(amount(20, 2)).types['amount']).toBe('20,2');
    const wide = { ...SEEN, columns: [declared('amount', 'NUMBER(20,2)')] };
    expect(settle(amount(12, 2), { seen: wide }).types['amount']).toBe('20,2');
    expect(settle(amount(10, 2)).types['amount']).toBe('12,2');
    expect(settle(amount(12, 1)).types['amount']).toBe('12,2');
    expect(codeOf(() => settle(amount(20, 4)))).toBe('source/type-mismatch');
    expect(settle([column('ID', 'fixed', 38), ...ACTUAL.slice(1)]).types['id']).toBe('38,0');
  });

  it('what was declared narrower from the beginning stays as declared', () => {
    const seen = { ...SEEN, described: [{ name: 'ID', type: 'NUMBER(38,0)', nullable: true }, ...SEEN.described.slice(1)] };
    expect(settle([column('ID', 'fixed', 38), ...ACTUAL.slice(1)], { seen }).types['id']).toBe('bigint');
  });

  it('a column that went has no values, unless it is needed or was never there', () => {
    const gone = settle([ACTUAL[0] as ResultColumn, ACTUAL[2] as ResultColumn]);
    expect(gone.notes).toEqual(['dropped note']);
    expect(projectColumns(gone.matched, 'cells').select).toBe('"ID" AS "id", NULL::VARCHAR AS "note", "AMOUNT" AS "amount"');
    expect(codeOf(() => settle(ACTUAL.slice(1)))).toBe('source/column-missing');
    const { seen: _seen, ...unseen } = { policy: 'evolve', needed: [], seen: SEEN } as const;
    expect(
      codeOf(() =>
        settleContract({ ...REQUEST, dataset: REQUEST.dataset as never, columns: COLUMNS, drift: unseen }, ACTUAL.slice(1), PLACE),
      ),
    ).toBe('source/column-missing');
  });
});

describe('quarantine', () => {
  const amount = (actual: ResultColumn, rules: Partial<DriftRules> = {}) =>
    settle([...ACTUAL.slice(0, 2), actual], { policy: 'quarantine', ...rules });

  it('lets a column whose type no longer fits come as text, to be judged value by value', () => {
    for (const actual of [column('AMOUNT'), column('AMOUNT', 'fixed', 14, 4)]) {
      const { contract, matched, notes } = amount(actual);
      expect(contract.asText).toEqual([{ name: 'amount', type: { kind: 'decimal', precision: 12, scale: 2 } }]);
      expect(notes).toEqual(['retyped amount']);
      expect(matched.map(({ declared: { name } }) => name)).toEqual(['id', 'note', 'amount']);
      for (const carrier of ['cells', 'parquet'] as const)
        expect(projectColumns(matched, carrier).select).toMatch(/"AMOUNT"::VARCHAR AS "amount"$/);
    }
  });

  it('changes nothing where all types fit', () => {
    const { contract, notes } = amount(column('AMOUNT', 'fixed', 12, 2));
    expect([contract.asText, contract.columns, notes]).toEqual([undefined, undefined, []]);
  });

  it('is no help for what cannot be judged, and for columns that are needed', () => {
    expect(codeOf(() => amount(column('AMOUNT', 'boolean')))).toBe('source/type-mismatch');
    expect(codeOf(() => amount(column('AMOUNT', 'real')))).toBe('source/type-mismatch');
    expect(codeOf(() => amount(column('AMOUNT'), { needed: ['amount'] }))).toBe('source/type-mismatch');
    expect(codeOf(() => amount(column('OTHER')))).toBe('source/column-missing');
    const bytes = [declared('amount', 'BINARY')];
    expect(codeOf(() => settle([column('AMOUNT')], { policy: 'quarantine', needed: [] }, bytes))).toBe('source/type-mismatch');
  });
});
