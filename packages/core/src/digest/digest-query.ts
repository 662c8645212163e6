import type { DigestGroup, DigestLevel, KeySplit } from '../ports/digest.ts';
import type { Column } from '../sql/column-type.ts';
import { quoteIdentifier, quoteLiteral, type SqlText, sqlText } from '../sql/text.ts';
import { canonicalText, type DigestDialect, hasNumericKey, keyForm } from './canonical-text.ts';
import { splitDoubles } from './double-text.ts';

/** What to sum up, and in whose SQL. */
export interface DigestQuery {
  readonly dialect: DigestDialect;
  /** What stands behind FROM: rows with these columns. */
  readonly from: string;
  readonly columns: readonly Column[];
  readonly level: DigestLevel;
  readonly split?: KeySplit | undefined;
}

// The lower 64 bits of the MD5 of the text in UTF-8, as a number without sign.
const HASH: Readonly<Record<DigestDialect, (text: string) => string>> = {
  snowflake: (text) => `MD5_NUMBER_LOWER64(${text})`,
  duckdb: (text) => `CAST('0x' || substr(md5(${text}), 17) AS UBIGINT)`,
};

/**
 * The statement that sums up rows, the same in both engines: sums of hashes do not depend on the order of rows, and unlike an
 * XOR they see a row that is there twice. The row's own hash is taken of its values' hashes, which says which stand together.
 */
export function digestQuery({ dialect, from, columns, level, split }: DigestQuery): SqlText {
  const cells = columns.map((_, at) => `"h${at}"`);
  const isHashed = level === 'hash';
  const hashed = columns.map((column, at) => {
    const value = isHashed ? HASH[dialect](canonicalText(column, dialect)) : quoteIdentifier(column.name, dialect);
    return `${value} AS ${cells[at]}`;
  });
  const key = split === undefined ? [] : [`${groupOf(split, columns, dialect)} AS "g"`, `${keyOf(split.column, columns, dialect)} AS "k"`];
  const where = split === undefined ? '' : whereOf(split, columns, dialect);
  const rows = `SELECT ${[...key, ...hashed].join(', ')} FROM ${isHashed ? splitDoubles(columns, from, dialect) : from}${where}`;
  const whole = `CONCAT(${cells.map((cell) => `COALESCE(CAST(${cell} AS VARCHAR), '')`).join(", ',', ")})`;
  const inner = isHashed ? `SELECT *, ${HASH[dialect](whole)} AS "r" FROM (${rows}) AS "v"` : rows;
  const sums = [
    'COUNT(*)',
    ...(isHashed ? ['SUM("r")'] : []),
    ...cells.flatMap((cell) => [`COUNT(${cell})`, ...(isHashed ? [`SUM(${cell})`] : [])]),
  ];
  if (split === undefined) return sqlText(`SELECT ${sums.join(', ')} FROM (${inner}) AS "s"`);
  const ends = ['"g"', 'MIN("k")', 'MAX("k")'];
  return sqlText(`SELECT ${[...ends, ...sums].join(', ')} FROM (${inner}) AS "s" GROUP BY "g"`);
}

/** Reads the rows that {@link digestQuery} gives; undefined if they are not that. */
export function parseDigest(
  rows: readonly (readonly unknown[])[],
  { columns, level, split }: Pick<DigestQuery, 'columns' | 'level' | 'split'>,
): readonly DigestGroup[] | undefined {
  const groups: DigestGroup[] = [];
  for (const row of rows) {
    const cells = row.map((cell) => (cell === null || cell === undefined ? undefined : String(cell)));
    const [group = '0', least, greatest] = split === undefined ? [] : cells;
    const sums = split === undefined ? cells : cells.slice(3);
    const width = level === 'hash' ? 2 : 1;
    if (sums.length !== width * (columns.length + 1)) return undefined;
    const read = (at: number) => ({ count: Number(sums[at * width]), ...(level === 'hash' ? { hash: sums[at * width + 1] ?? '0' } : {}) });
    const { count: rowCount, ...whole } = read(0);
    if (!Number.isSafeInteger(rowCount)) return undefined;
    const digests = columns.map(({ name }, at) => {
      const { count, ...hash } = read(at + 1);
      return [name, { values: count, ...hash }] as const;
    });
    groups.push({
      group: Number(group),
      ...(least === undefined ? {} : { least }),
      ...(greatest === undefined ? {} : { greatest }),
      rows: rowCount,
      ...whole,
      columns: Object.fromEntries(digests),
    });
  }
  return groups;
}

/** The condition that holds for rows within key ranges, with ` WHERE `; nothing for none. */
export function whereOf({ within }: Pick<KeySplit, 'within'>, columns: readonly Column[], dialect: DigestDialect): string {
  const conditions = within.map(({ column, least, greatest }) => {
    const key = keyOf(column, columns, dialect);
    const [low, high] = [least, greatest].map((value) => literalOf(value, column, columns, dialect));
    return `${key} >= ${low} AND ${key} <= ${high}`;
  });
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** The key form of one of the columns. */
export function keyOf(name: string, columns: readonly Column[], dialect: DigestDialect): string {
  return keyForm(columnNamed(name, columns), dialect);
}

function groupOf({ column, bounds }: KeySplit, columns: readonly Column[], dialect: DigestDialect): string {
  const key = keyOf(column, columns, dialect);
  const steps = bounds.map((bound, at) => `WHEN ${key} < ${literalOf(bound, column, columns, dialect)} THEN ${at}`);
  return `CASE WHEN ${key} IS NULL THEN -1 ${steps.join(' ')} ELSE ${bounds.length} END`;
}

function literalOf(value: string, name: string, columns: readonly Column[], dialect: DigestDialect): string {
  if (!hasNumericKey(columnNamed(name, columns))) return quoteLiteral(value, dialect);
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw new Error('A numeric key is not a number.');
  return value;
}

function columnNamed(name: string, columns: readonly Column[]): Column {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) throw new Error(`${name} is not among the columns`);
  return found;
}
