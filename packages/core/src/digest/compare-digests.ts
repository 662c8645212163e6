import type { RowsDigest } from '../ports/digest.ts';

/** What differs between two digests. `pairing`: the columns agree, but their values stand in other rows. */
export interface DigestDifference {
  readonly rows: boolean;
  readonly columns: readonly string[];
  readonly pairing: boolean;
}

/** Compares what two sides say of the same rows; undefined where they agree. Only what both say is compared. */
export function compareDigests(a: RowsDigest, b: RowsDigest): DigestDifference | undefined {
  const columns = Object.keys(a.columns).filter((name) => {
    const [one, other] = [a.columns[name], b.columns[name]];
    return one?.values !== other?.values || differ(one?.hash, other?.hash);
  });
  const rows = a.rows !== b.rows;
  const pairing = !rows && columns.length === 0 && differ(a.hash, b.hash);
  return rows || columns.length > 0 || pairing ? { rows, columns, pairing } : undefined;
}

/** The digest of no rows. */
export function emptyDigest(columns: readonly string[], isHashed: boolean): RowsDigest {
  const none = isHashed ? { hash: '0' } : {};
  return { rows: 0, ...none, columns: Object.fromEntries(columns.map((name) => [name, { values: 0, ...none }])) };
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
