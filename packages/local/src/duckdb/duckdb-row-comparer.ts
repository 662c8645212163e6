import type {
  Column,
  DatedFile,
  FixtureRow,
  ObjectStore,
  RowComparer,
  RowComparison,
  RowsDifference,
  StoredTypes,
} from '@snowmelt/core/ports';
import { toBuildError } from './duckdb-error.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { identifier, literal, literalList, selectFiles } from './duckdb-sql.ts';
import { type Statements, withStatements } from './statements.ts';

interface Tools {
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
}

const DOING = 'comparing what two engines made';
const SIDES = ['left', 'right'] as const;

/** Lets DuckDB compare files that two engines wrote, as sets in which equal rows are counted. */
export function duckdbRowComparer({ session, store }: Tools): RowComparer {
  const reading = <T>(signal: AbortSignal, act: (statements: Statements) => Promise<T>): Promise<T> =>
    withStatements(session, signal, (error, sql, doing) => toBuildError(error, { doing, sql, folder: session.tempFolder, at: {} }), act);
  return {
    compare: (comparison, signal) => reading(signal, (statements) => compare(comparison, statements, store)),
    find: ({ files, columns, having, limit }, signal) =>
      reading(signal, async (statements) => {
        const conditions = Object.entries(having)
          .filter(([name, values]) => values.length > 0 && columns.some((column) => column.name === name))
          .map(([name, values]) => `CAST(${identifier(name)} AS VARCHAR) IN (${values.map(literal).join(', ')})`);
        const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' OR ')}`;
        const paths = files.map((key) => store.locate(key));
        return await readTexts(statements, columns, `(${selectFiles(columns, paths)})${where} ORDER BY ALL LIMIT ${limit}`);
      }),
  };
}

async function compare(comparison: RowComparison, statements: Statements, store: ObjectStore): Promise<RowsDifference> {
  const { columns, tolerance, shown } = comparison;
  const types = await compareTypes(comparison, statements, store);
  for (const side of SIDES) {
    await statements.run(`CREATE TEMP TABLE "_${side}" AS ${datedRows(columns, comparison[side], store)}`, DOING);
  }
  // `IS DISTINCT FROM` and set operations take NULL for equal to NULL, and NaN to NaN.
  await statements.run('CREATE TEMP TABLE "_lonely_left" AS FROM "_left" EXCEPT ALL FROM "_right"', DOING);
  await statements.run('CREATE TEMP TABLE "_lonely_right" AS FROM "_right" EXCEPT ALL FROM "_left"', DOING);
  if (columns.some(isDouble)) await pairNearRows(columns, tolerance, statements);
  const [counts = []] = await statements.rows(
    `SELECT ${['_left', '_right', '_lonely_left', '_lonely_right'].map((table) => `(SELECT count(*) FROM "${table}")`).join(', ')}`,
    DOING,
  );
  const [left = 0, right = 0, lonelyLeft = 0, lonelyRight = 0] = counts.map(Number);
  const isEqual = lonelyLeft + lonelyRight === 0;
  const read = (side: string) => (isEqual ? [] : readTexts(statements, [DAY, ...columns], `"_lonely_${side}" ORDER BY ALL LIMIT ${shown}`));
  return {
    types,
    columns: isEqual ? [] : await differingColumns(columns, tolerance, statements),
    rows: { left, right },
    lonely: { left: lonelyLeft, right: lonelyRight },
    examples: { left: await read('left'), right: await read('right') },
  };
}

const DAY: Column = { name: '_day', type: { kind: 'varchar' } };

function isDouble({ type }: Column): boolean {
  return type.kind === 'double';
}

// Two zeros are one value.
function datedRows(columns: readonly Column[], files: readonly DatedFile[], store: ObjectStore): string {
  const paths = files.map(({ key }) => store.locate(key));
  const days = files.map(({ day }, at) => `(${literal(paths[at] ?? '')}, ${literal(day)})`).join(', ');
  const list = columns.map((column) => {
    const name = identifier(column.name);
    return isDouble(column) ? `CASE WHEN ${name} = 0 THEN 0.0::DOUBLE ELSE ${name} END AS ${name}` : name;
  });
  const own = columns.filter(({ name }) => name !== DAY.name);
  if (files.length === 0) return `SELECT NULL::VARCHAR AS "_day", ${list.join(', ')} FROM (${selectFiles(own, [])})`;
  const rows = selectFiles(columns, paths, ['filename AS "_path"']);
  return `SELECT "_days"."_day", ${list.join(', ')} FROM (${rows}) AS "_rows" JOIN (VALUES ${days}) AS "_days"("_path", "_day") USING ("_path")`;
}

async function compareTypes(
  { left, right, columns }: RowComparison,
  statements: Statements,
  store: ObjectStore,
): Promise<readonly StoredTypes[]> {
  if (left.length === 0 || right.length === 0) return [];
  const [a, b] = [await storedTypes(left, statements, store), await storedTypes(right, statements, store)];
  const names = [...new Set([...columns.map(({ name }) => name), ...a.keys(), ...b.keys()])];
  return names.flatMap((column) => {
    const [one, other] = [a.get(column), b.get(column)];
    return one === other ? [] : [{ column, left: one, right: other }];
  });
}

// All files of one build are written alike; of many, a handful tells.
async function storedTypes(files: readonly DatedFile[], statements: Statements, store: ObjectStore): Promise<ReadonlyMap<string, string>> {
  const paths = literalList(files.slice(0, 8).map(({ key }) => store.locate(key)));
  const rows = await statements.rows(`DESCRIBE SELECT * FROM read_parquet(${paths}, hive_partitioning = false)`, DOING);
  return new Map(rows.map(([name, type]) => [String(name), String(type)]));
}

// Rows that agree but for a little in their doubles are no difference: they meet when both sides stand in the same order.
async function pairNearRows(columns: readonly Column[], tolerance: number, statements: Statements): Promise<void> {
  const order = [
    '"_day"',
    ...[...columns.filter((column) => !isDouble(column)), ...columns.filter(isDouble)].map(({ name }) => identifier(name)),
  ];
  const ranked = (side: string): string => `SELECT *, row_number() OVER (ORDER BY ${order.join(', ')}) AS "_nth" FROM "_lonely_${side}"`;
  const apart = ['a."_day" IS DISTINCT FROM b."_day"', ...columns.map((column) => isApart(column, tolerance))].join(' OR ');
  const near = `SELECT a."_nth" FROM (${ranked('left')}) AS a JOIN (${ranked('right')}) AS b USING ("_nth") WHERE NOT (${apart})`;
  await statements.run(`CREATE TEMP TABLE "_near" AS ${near}`, DOING);
  for (const side of SIDES) {
    const rest = `SELECT * EXCLUDE ("_nth") FROM (${ranked(side)}) WHERE "_nth" NOT IN (FROM "_near")`;
    await statements.run(`CREATE TEMP TABLE "_rest_${side}" AS ${rest}`, DOING);
  }
  for (const side of SIDES) {
    await statements.run(`DROP TABLE "_lonely_${side}"; ALTER TABLE "_rest_${side}" RENAME TO "_lonely_${side}"`, DOING);
  }
}

function isApart(column: Column, tolerance: number): string {
  const name = identifier(column.name);
  const [a, b] = [`a.${name}`, `b.${name}`];
  if (!isDouble(column)) return `${a} IS DISTINCT FROM ${b}`;
  const isNear = `isfinite(${a}) AND isfinite(${b}) AND abs(${a} - ${b}) <= ${tolerance} * greatest(1, abs(${a}), abs(${b}))`;
  return `(${a} IS DISTINCT FROM ${b} AND NOT coalesce(${isNear}, FALSE))`;
}

// A digest of each column that does not depend on the order of rows; of doubles, what is left of them side by side.
async function differingColumns(columns: readonly Column[], tolerance: number, statements: Statements): Promise<readonly string[]> {
  const exact = columns.filter((column) => !isDouble(column));
  const found: string[] = [];
  if (exact.length > 0) {
    const sums = exact.map(({ name }) => `CAST(sum(hash(${identifier(name)})) AS VARCHAR)`).join(', ');
    const [a = [], b = []] = [
      ...(await statements.rows(`SELECT ${sums} FROM "_left"`, DOING)),
      ...(await statements.rows(`SELECT ${sums} FROM "_right"`, DOING)),
    ];
    found.push(...exact.filter((_, at) => a[at] !== b[at]).map(({ name }) => name));
  }
  for (const column of columns.filter(isDouble)) {
    const ranked = (side: string) => {
      const name = identifier(column.name);
      return `(SELECT ${name}, row_number() OVER (ORDER BY ${name}) AS "_nth" FROM "_lonely_${side}")`;
    };
    const sql = `SELECT count(*) FROM ${ranked('left')} AS a FULL JOIN ${ranked('right')} AS b USING ("_nth") WHERE ${isApart(column, tolerance)}`;
    const [[count = 0] = []] = await statements.rows(sql, DOING);
    if (Number(count) > 0) found.push(column.name);
  }
  return found;
}

async function readTexts(statements: Statements, columns: readonly Column[], from: string): Promise<readonly FixtureRow[]> {
  const texts = columns.map(({ name, type }) =>
    type.kind === 'binary' ? `hex(${identifier(name)})` : `CAST(${identifier(name)} AS VARCHAR)`,
  );
  const rows = await statements.rows(`SELECT ${texts.join(', ')} FROM (SELECT * FROM ${from})`, DOING);
  return rows.map((cells) => Object.fromEntries(columns.map(({ name }, at) => [name, cells[at] == null ? null : String(cells[at])])));
}
