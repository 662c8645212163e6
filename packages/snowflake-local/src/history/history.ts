import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteTable, quoteText, type TableName } from '../sql/identifiers.ts';
import { stateTable } from '../sql/state-schema.ts';
import type { DefinedObject, TableSettings, TranslatedDefinition } from '../sql/statements/translated.ts';
import {
  dropTableHistory,
  readHistories,
  readTableHistory,
  type TableHistory,
  versionsTable,
  writeTableHistory,
} from './history-tables.ts';
import { beginVersions, columnsOf, recordVersions } from './row-versions.ts';

/** The past of a database's tables. Everything is done within the caller's transaction, and by one writer at a time. */
export interface History {
  /** Begins to keep a table's past if it is not kept, before it is changed. */
  keep(connection: DuckDBConnection, table: TableName): Promise<void>;
  /** Finds the rows of a table whose past is kept where DuckDB has them now, before it is changed directly. */
  refresh(connection: DuckDBConnection, table: TableName): Promise<void>;
  /** Notes a commit and what it did to tables, after they were changed. */
  commit(connection: DuckDBConnection, commit: Commit): Promise<void>;
  /** Notes a definition. */
  define(connection: DuckDBConnection, definition: TranslatedDefinition, statement: string): Promise<void>;
  /** Remembers when a statement ran that changed nothing. */
  noteRead(connection: DuckDBConnection, statement: string): Promise<void>;
  /** The last commit before a statement that changed nothing. */
  commitOfRead(statement: string): number | undefined;
}

/** A commit. */
export interface Commit {
  readonly tables: readonly TableName[];
  readonly statement?: string;
  /** Default: now. Never before the one that came last. */
  readonly at?: Date;
  /** The tables were changed without the server knowing beforehand. */
  readonly isForeign?: boolean;
}

const REMEMBERED_READS = 10_000;

/** Makes the history of a database. */
export function tableHistory(database: string, now: () => Date): History {
  const reads = new Map<string, number>();
  const write = async (on: DuckDBConnection, statement: string | undefined, at: Date | undefined): Promise<number> => {
    const last = await lastCommit(on, database);
    const time = (at ?? now()).getTime();
    if (at !== undefined && time < last.time) throw new RangeError('A commit cannot be before the one that came last.');
    const values = `${last.commit + 1}, make_timestamp(${Math.max(time, last.time) * 1000})`;
    const id = statement === undefined ? 'NULL' : quoteText(statement);
    await on.run(`INSERT INTO ${stateTable(database, 'COMMITS')} VALUES (${values}, ${id})`);
    return last.commit + 1;
  };
  // Rows move when a transaction ends; whatever else is found was done behind the server's back.
  const refresh = async (on: DuckDBConnection, history: TableHistory): Promise<void> => {
    const { commit } = await lastCommit(on, database);
    if (await recordVersions(on, history, commit + 1, { mayHaveMoved: true })) await write(on, undefined, undefined);
  };
  return {
    async keep(on, table) {
      const history = await readTableHistory(on, table);
      if (history.keptFrom !== undefined) return refresh(on, history);
      if (history.retentionDays > 0) await startKeeping(on, history, history.changed);
    },
    async refresh(on, table) {
      const history = await readTableHistory(on, table);
      if (history.keptFrom !== undefined) await refresh(on, history);
    },
    async commit(on, { tables, statement, at, isForeign = false }) {
      const commit = await write(on, statement, at);
      for (const table of tables) await recordTable(on, await readTableHistory(on, table), commit, isForeign);
    },
    async define(on, definition, statement) {
      const commit = await write(on, statement, undefined);
      await recordDefinition(on, definition, commit);
    },
    async noteRead(on, statement) {
      reads.set(statement, (await lastCommit(on, database)).commit);
      const [oldest] = reads.keys();
      if (reads.size > REMEMBERED_READS && oldest !== undefined) reads.delete(oldest);
    },
    commitOfRead: (statement) => reads.get(statement),
  };
}

async function lastCommit(connection: DuckDBConnection, database: string): Promise<{ readonly commit: number; readonly time: number }> {
  const found = await connection.runAndReadAll(`SELECT max(seq), epoch_ms(max(committed_at)) FROM ${stateTable(database, 'COMMITS')}`);
  const [commit, time] = found.getRowsJson()[0] ?? [];
  return { commit: Number(commit ?? 0), time: Number(time ?? Number.NEGATIVE_INFINITY) };
}

async function startKeeping(connection: DuckDBConnection, history: TableHistory, since: number): Promise<void> {
  const kept = await writeTableHistory(connection, { ...history, keptFrom: since });
  await beginVersions(connection, kept, since);
}

async function recordTable(connection: DuckDBConnection, history: TableHistory, commit: number, isForeign: boolean): Promise<void> {
  const columns = await columnsOf(connection, quoteTable(history.table));
  if (columns.length === 0) return dropTableHistory(connection, history);
  if (history.keptFrom === undefined) {
    await writeTableHistory(connection, { ...history, changed: commit });
    return;
  }
  const kept = await columnsOf(connection, versionsTable(history));
  const isSameTable = kept.length === columns.length && kept.every((name, at) => name === columns[at]);
  if (isSameTable) await recordVersions(connection, history, commit, { mayHaveMoved: isForeign });
  else await startAnew(connection, history, commit);
}

async function startAnew(connection: DuckDBConnection, history: TableHistory, commit: number): Promise<void> {
  const trackedFrom = history.trackedFrom === undefined ? undefined : commit;
  await startKeeping(connection, { ...history, changed: commit, trackedFrom }, commit);
}

async function recordDefinition(connection: DuckDBConnection, definition: TranslatedDefinition, commit: number): Promise<void> {
  const { object, mode, settings, sql, renamedTo } = definition;
  if (object.type === 'Schema') return dropSchemaHistory(connection, object);
  if (object.type === 'View') return;
  const history = await readTableHistory(connection, object.name);
  if (mode === 'drop' || mode === 'drop-if-present') return dropTableHistory(connection, history);
  if (mode !== 'alter') {
    await dropTableHistory(connection, history);
    const unknown: TableHistory = { ...history, id: 0, keptFrom: undefined, trackedFrom: undefined, retentionDays: 1 };
    return applySettings(connection, { ...unknown, created: commit, changed: commit }, settings, commit);
  }
  // The versions get the columns that the table gets.
  if (history.keptFrom !== undefined && renamedTo === undefined) {
    for (const statement of sql.filter((text) => text.startsWith('ALTER TABLE')))
      await connection.run(statement.replace(quoteTable(object.name), () => versionsTable(history)));
  }
  if (renamedTo !== undefined) await writeTableHistory(connection, { ...history, table: renamedTo });
  else if (settings !== undefined) await applySettings(connection, history, settings, commit);
}

async function applySettings(
  connection: DuckDBConnection,
  history: TableHistory,
  { changeTracking, retentionDays }: TableSettings = {},
  commit: number,
): Promise<void> {
  const trackedFrom = changeTracking === undefined ? history.trackedFrom : changeTracking ? (history.trackedFrom ?? commit) : undefined;
  const next = await writeTableHistory(connection, { ...history, trackedFrom, retentionDays: retentionDays ?? history.retentionDays });
  if (trackedFrom !== undefined && next.keptFrom === undefined) await startKeeping(connection, next, next.changed);
}

async function dropSchemaHistory(connection: DuckDBConnection, { name }: Extract<DefinedObject, { type: 'Schema' }>): Promise<void> {
  for (const history of await readHistories(connection, name.database)) {
    if (history.table.schema.toLowerCase() === name.schema.toLowerCase()) await dropTableHistory(connection, history);
  }
}
