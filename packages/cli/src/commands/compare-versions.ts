import {
  brokenKeysQuery,
  changedRowsQuery,
  countQuery,
  type DiffSpec,
  type GraphDataset,
  lonelyRowsQuery,
  type TableState,
} from '@snowmelt/core/pipeline';
import type { Project } from '../compose/open-project.ts';
import { type PublishedRelation, type QueryValue, rowsRelation } from '../compose/published-relations.ts';

type Row = readonly QueryValue[];

/** Some of the rows of a diff, as far as they were asked for. Of changed rows: the key, then before and after of every other column. */
export interface DiffRows {
  readonly added: readonly Row[];
  readonly removed: readonly Row[];
  readonly changed: readonly Row[];
}

/** In what two versions differ. */
export interface VersionsDiff extends DiffSpec {
  readonly dataset: string;
  readonly from: number;
  readonly to: number;
  /** Why whole rows are compared although there is a key. */
  readonly note?: string;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** In how many of the changed rows a column differs; those in which it does. */
  readonly changedColumns: Readonly<Record<string, number>>;
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
  readonly rows?: DiffRows;
}

interface Versions {
  readonly before: TableState;
  readonly after: TableState;
}

/** Compares what readers saw of two versions; with `limit`, also gives up to so many rows of each kind. */
export async function compareVersions(project: Project, dataset: GraphDataset, versions: Versions, limit: number): Promise<VersionsDiff> {
  const relations = [rowsRelation(dataset, versions.before, 'before'), rowsRelation(dataset, versions.after, 'after')] as const;
  const ask = (sql: string): Promise<readonly Row[]> => readAll(project, onlyDifferingFiles(relations), sql);
  const [old, now] = relations.map(({ columns }) => columns.map(({ name }) => name));
  const shared = (now ?? []).filter((name) => old?.includes(name));
  const { key, note } = await chooseKey(dataset, shared, (sql) => readAll(project, relations, sql));
  const spec: DiffSpec = { key, others: shared.filter((name) => !key?.includes(name)) };
  const [counts = []] = await ask(countQuery(spec));
  const [added = 0, removed = 0, changed = 0, ...columns] = counts.map(Number);
  return {
    dataset: dataset.name,
    from: versions.before.version,
    to: versions.after.version,
    ...spec,
    ...(note === undefined ? {} : { note }),
    added,
    removed,
    changed,
    changedColumns: Object.fromEntries(spec.others.map((name, i) => [name, columns[i] ?? 0] as const).filter(([, rows]) => rows > 0)),
    addedColumns: (now ?? []).filter((name) => !shared.includes(name)),
    removedColumns: (old ?? []).filter((name) => !shared.includes(name)),
    ...(limit === 0 ? {} : { rows: await readRows(spec, limit, ask) }),
  };
}

async function readRows(spec: DiffSpec, limit: number, ask: (sql: string) => Promise<readonly Row[]>): Promise<DiffRows> {
  return {
    added: await ask(lonelyRowsQuery(spec, 'added', limit)),
    removed: await ask(lonelyRowsQuery(spec, 'removed', limit)),
    changed: spec.key === undefined ? [] : await ask(changedRowsQuery(spec, limit)),
  };
}

async function chooseKey({ key }: GraphDataset, shared: readonly string[], ask: (sql: string) => Promise<readonly Row[]>) {
  if (key === undefined) return { key: undefined, note: undefined };
  const missing = key.find((name) => !shared.includes(name));
  if (missing !== undefined) return { key: undefined, note: `\`${missing}\` of the key is not in both versions` };
  const [[broken] = []] = await ask(brokenKeysQuery(key));
  return Number(broken) === 0 ? { key, note: undefined } : { key: undefined, note: 'its key does not tell all rows apart' };
}

// What both versions consist of is equal without being read.
function onlyDifferingFiles([before, after]: readonly [PublishedRelation, PublishedRelation]): readonly PublishedRelation[] {
  const [old, now] = [new Set(before.files), new Set(after.files)];
  return [
    { ...before, files: before.files.filter((file) => !now.has(file)) },
    { ...after, files: after.files.filter((file) => !old.has(file)) },
  ];
}

async function readAll(project: Project, relations: readonly PublishedRelation[], sql: string): Promise<readonly Row[]> {
  const result = await project.queryRelations(relations, sql);
  const rows: Row[] = [];
  for await (const chunk of result.rows) rows.push(...chunk);
  return rows;
}
