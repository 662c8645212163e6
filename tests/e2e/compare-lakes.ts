import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Graph, publishedFiles, readTable, refusedShapeOf, shapeOf } from '@snowmelt/core/pipeline';
import { fsObjectStore } from '@snowmelt/local';

/** A published table of a lake: the files it consists of, by absolute path. */
interface Published {
  readonly rows: readonly string[];
  readonly refused: readonly string[];
}

/** Rows that one lake's published tables have and the other's have not, by table; empty where they are equal cell by cell. */
export async function differences(
  graph: Graph,
  left: string,
  right: string,
  layers: readonly string[] = ['bronze', 'silver', 'gold'],
): Promise<Record<string, string>> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const found: Record<string, string> = {};
  const compare = async (name: string, a: readonly string[], b: readonly string[]) => {
    const difference = await describeDifference(async (sql) => (await connection.runAndReadAll(sql)).getRowsJson(), a, b);
    if (difference !== undefined) found[name] = difference;
  };
  try {
    for (const dataset of graph.datasets.filter(({ layer }) => layers.includes(layer))) {
      const [a, b] = [await publishedOf(dataset, left), await publishedOf(dataset, right)];
      await compare(dataset.name, a.rows, b.rows);
      await compare(`${dataset.name}__quarantine`, a.refused, b.refused);
    }
    return found;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function describeDifference(
  all: (sql: string) => Promise<readonly (readonly unknown[])[]>,
  a: readonly string[],
  b: readonly string[],
): Promise<string | undefined> {
  if (a.length === 0 || b.length === 0)
    return a.length === b.length ? undefined : `${a.length} files on the left, ${b.length} on the right`;
  const [left, right] = [selectFrom(a), selectFrom(b)];
  const schemas = await all(
    `SELECT (SELECT list(column_name || ' ' || column_type) FROM (DESCRIBE FROM ${left})) IS NOT DISTINCT FROM (SELECT list(column_name || ' ' || column_type) FROM (DESCRIBE FROM ${right}))`,
  );
  if (schemas[0]?.[0] !== true) return 'the schemas differ';
  // Two lakes had each its own runs.
  const rowsOf = (table: string) => `SELECT COLUMNS(c -> c NOT IN ('_batch', '_run')) FROM ${table}`;
  const [counts] = await all(
    `SELECT (SELECT count(*) FROM (${rowsOf(left)} EXCEPT ALL ${rowsOf(right)})), (SELECT count(*) FROM (${rowsOf(right)} EXCEPT ALL ${rowsOf(left)}))`,
  );
  const [more, fewer] = [Number(counts?.[0]), Number(counts?.[1])];
  return more === 0 && fewer === 0 ? undefined : `${more} rows only on the left, ${fewer} only on the right`;
}

// Which batch a row is of is said by a column only where files were compacted.
function selectFrom(paths: readonly string[]): string {
  const files = paths.map((path) => `'${path}'`).join(', ');
  return `(SELECT COLUMNS(c -> c <> '_batch') FROM read_parquet([${files}], hive_partitioning = false, union_by_name = true))`;
}

async function publishedOf(dataset: Graph['datasets'][number], lake: string): Promise<Published> {
  const store = fsObjectStore({ root: lake });
  const state = await readTable(store, dataset.name);
  const paths = (part: 'rows' | 'refused') =>
    publishedFiles(state, part === 'rows' ? shapeOf(dataset) : refusedShapeOf(dataset), part).map(({ key }) => store.locate(key));
  return { rows: paths('rows'), refused: paths('refused') };
}

/** Every file below a folder, relative to it, sorted. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
