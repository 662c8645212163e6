import {
  CHECK_RESULT_COLUMNS,
  type Graph,
  type GraphDataset,
  listCheckResults,
  publishedFiles,
  readTable,
  readTableAsOf,
  refusedPartitions,
  shapeOf,
  type TableState,
} from '@snowmelt/core/pipeline';
import { type DatasetName, isSnowmeltError, type ObjectStore, quarantineOf, SnowmeltError } from '@snowmelt/core/ports';
import type { PublishedRelation } from '@snowmelt/local';

/** How tables are to be read: all as of an instant, or some at a version and the others as they are. */
export type AsOf =
  | { readonly kind: 'time'; readonly at: Date }
  | { readonly kind: 'versions'; readonly versions: ReadonlyMap<DatasetName, number> };

export type { PublishedRelation, QueryValue } from '@snowmelt/local';

/**
 * Every published table, and the refused rows of those that refuse any, as they stand or stood. A table that can no longer be
 * read as it stood then is left out, unless the query names it. @throws lake/unknown-version, lake/version-expired
 */
export async function publishedRelations(
  graph: Graph,
  store: ObjectStore,
  sql: string,
  asOf?: AsOf,
): Promise<readonly PublishedRelation[]> {
  const states = await Promise.all(graph.datasets.map(({ name }) => readOne(store, name, sql, asOf)));
  if (asOf?.kind === 'time' && states.every((state) => state === undefined || state.version === 0)) throw nothingYet(asOf.at);
  const tables = graph.datasets.flatMap((dataset, i) => {
    const state = states[i];
    return state === undefined ? [] : relationsOf(dataset, state);
  });
  return [...tables, ...(await checkResults(sql, store))];
}

// Only for queries that ask for it: it has an object for each attempt there ever was.
async function checkResults(sql: string, store: ObjectStore): Promise<readonly PublishedRelation[]> {
  if (!/check_results/i.test(sql)) return [];
  return [{ name: 'quality.check_results', columns: CHECK_RESULT_COLUMNS, files: await listCheckResults(store), format: 'json' }];
}

/** One dataset as a relation over the files of one version of it. */
export function rowsRelation(dataset: GraphDataset, state: TableState, name: string): PublishedRelation {
  if (state.version === 0) return { name, columns: dataset.columns, files: [] };
  const files = publishedFiles(state, shapeOf(dataset), 'rows').map(({ key }) => key);
  const isMixed = dataset.layer === 'bronze' && dataset.drift?.policy === 'evolve';
  return { name, columns: state.columns, files, isMixed };
}

async function readOne(store: ObjectStore, name: DatasetName, sql: string, asOf: AsOf | undefined): Promise<TableState | undefined> {
  const at = asOf?.kind === 'time' ? asOf.at : asOf?.versions.get(name);
  if (at === undefined) return readTable(store, name);
  try {
    return await readTableAsOf(store, name, at);
  } catch (error) {
    if (!isSnowmeltError(error) || error.code !== 'lake/version-expired' || sql.toLowerCase().includes(name)) throw error;
    return undefined;
  }
}

function relationsOf(dataset: GraphDataset, state: TableState): readonly PublishedRelation[] {
  const table = rowsRelation(dataset, state, dataset.name);
  if (state.refusedColumns.length === 0) return [table];
  const refused = refusedPartitions(dataset, state).flatMap(({ files }) => files);
  return [table, { name: quarantineOf(dataset.name), columns: state.refusedColumns, files: refused, isRefused: true }];
}

function nothingYet(at: Date): SnowmeltError {
  return new SnowmeltError('lake/unknown-version', {
    message: `No table had a version at ${at.toISOString()}.`,
    hint: '`snowmelt history DATASET` says when the versions of a table were committed.',
  });
}
