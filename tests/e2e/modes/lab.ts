import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Graph, type RunRecord, readTable, runPipeline, storedAttemptNotes, type TableState } from '@snowmelt/core/pipeline';
import { addDays, datasetName, dayOf, type Message, type ObjectStore, sqlText } from '@snowmelt/core/ports';
import { type DuckdbSession, duckdbDigests, duckdbEngine, duckdbParquetWriter, openDuckdb } from '@snowmelt/local';
import { snowflakeSource } from '@snowmelt/snowflake';
import { manualClock, memoryObjectStore, recordingHost } from '@snowmelt/testkit';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { clientFor, oneSecret } from '../../../packages/snowflake/test-support/fakes.ts';
import { compileExtract, type ExtractSettings, withTable } from './declare-extract.ts';
import { type Act, applyCommit, type CommitAct, LAG_SECONDS, type Row } from './history.ts';
import { lifeUntil, mortalStore, mortalWriter } from './mortal.ts';
import { readSilver, type SilverTable } from './silver-tables.ts';

const START = Date.parse('2024-01-01T00:00:00Z');
const DAY_SECONDS = 86_400;
const BRONZE = datasetName('bronze', 'items');
const KEYS = generateKeyPair();

/** A stand-in and a DuckDB that many histories share, each with a table and a lake of its own. */
export interface Lab {
  /** Carries out a history of an extract, lets the source go quiet, runs once more, and tells how the end is. */
  play(acts: readonly Act[], extract: ExtractSettings): Promise<Ending>;
  /** Begins a history of a test's own; `{table}` stands for its table in SQL, `{now}` for the time. */
  begin(extract: ExtractSettings): Promise<Scene>;
  close(): Promise<void>;
}

/** A row of a bronze table, with the place of its batch in the order of batches. */
export interface BronzeRow extends Row {
  readonly batch: number;
  readonly isDeleted: boolean;
}

/** A table, its lake, and the time. */
export interface Scene {
  /** Runs Snowflake's SQL. */
  statement(sql: string): Promise<void>;
  /** Commits DuckDB's SQL. */
  commit(sql: string): Promise<void>;
  wait(seconds: number): void;
  /** Waits until one o'clock of the next day. */
  sleep(): void;
  run(options?: { readonly daysAgo?: number; readonly refetch?: boolean }): Promise<PlayedRun>;
  table(): Promise<TableState>;
  bronze(): Promise<readonly BronzeRow[]>;
}

/** How a history ended. */
export interface Ending {
  readonly source: readonly Row[];
  readonly bronze: readonly BronzeRow[];
  readonly runs: readonly PlayedRun[];
  readonly silver: readonly SilverTable[];
}

/** One run of a history. */
export interface PlayedRun {
  /** Undefined: the process died. */
  readonly record: RunRecord | undefined;
  readonly messages: readonly Message[];
  /** The batches that were there before and are no longer. */
  readonly lostBatches: number;
}

/** Opens a lab in a folder of its own. */
export async function openLab(root: string): Promise<Lab> {
  const folder = await mkdtemp(join(root, 'snowmelt-model-'));
  const time = { now: START };
  const users = [{ name: 'ETL', publicKeyPem: KEYS.publicKeyPem }];
  const stages = { LAKE: join(folder, 'stage') };
  const server = await startServer({ users, rowsPerPartition: 3, threads: 1, stages, now: () => new Date(time.now) });
  const session = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: join(folder, 'tmp') });
  const connection = { account: 'LOCAL', user: 'ETL' };
  const client = clientFor(server.url, { connection, secrets: oneSecret(KEYS.privateKeyPem) });
  const graphs = new Map<string, Promise<Graph>>();
  let histories = 0;
  const open = async (extract: ExtractSettings): Promise<Stage> => {
    histories += 1;
    const id = JSON.stringify(extract);
    const compiled = graphs.get(id) ?? compileExtract(session, extract);
    graphs.set(id, compiled);
    const table = `T${histories}`;
    const lake = { ...memoryObjectStore(), locate: (key: string) => join(folder, table, key) };
    const stage = { folder, time, server, client, session, extract, table, graph: withTable(await compiled, table), lake };
    // Silver is compared after a day, at which changes must still be known.
    const settings = `CHANGE_TRACKING = TRUE DATA_RETENTION_TIME_IN_DAYS = ${extract.hasSilver === true ? 90 : 1}`;
    await statement(stage, `CREATE TABLE ${table} (ID NUMBER(10,0), VALUE NUMBER(10,0), CHANGED_AT TIMESTAMP_NTZ) ${settings}`);
    return stage;
  };
  return {
    play: async (acts, extract) => playHistory(await open(extract), acts),
    begin: async (extract) => sceneOf(await open(extract)),
    async close() {
      await server.close();
      session.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Stage {
  readonly folder: string;
  readonly time: { now: number };
  readonly server: RunningServer;
  readonly client: ReturnType<typeof clientFor>;
  readonly session: DuckdbSession;
  readonly extract: ExtractSettings;
  readonly table: string;
  readonly graph: Graph;
  readonly lake: ObjectStore;
}

function sceneOf(stage: Stage): Scene {
  const { time, table, lake } = stage;
  const said = () => `TIMESTAMP '${new Date(time.now).toISOString().slice(0, 19).replace('T', ' ')}'`;
  const named = (sql: string) => sql.replaceAll('{table}', table).replaceAll('{now}', said());
  return {
    statement: (sql) => statement(stage, named(sql)),
    commit: (sql) => commit(stage, named(sql)),
    wait: (seconds) => {
      time.now += seconds * 1000;
    },
    sleep: () => {
      time.now = (Math.floor(time.now / 86_400_000) + 1) * 86_400_000 + 3_600_000;
    },
    run: ({ daysAgo = 0, refetch = false } = {}) => runOnce(stage, { kind: 'run', daysAgo, refetch }, () => ''),
    table: () => readTable(lake, BRONZE),
    bronze: () => readBronze(stage),
  };
}

type RunAct = Omit<Extract<Act, { kind: 'run' }>, 'wait' | 'daysAgo'> & { readonly daysAgo: number; readonly refetch?: boolean };
type CommitSql = (act: CommitAct) => string;

const ATTEMPTS = 'artifacts/logs/attempts/';

async function playHistory(stage: Stage, acts: readonly Act[]): Promise<Ending> {
  const { table, time, extract } = stage;
  const rows = new Map<number, Row>();
  const runs: PlayedRun[] = [];
  let values = 0;
  const newValue = () => {
    values += 1;
    return values;
  };
  const seconds = () => Math.round((time.now - START) / 1000);
  const sqlOf: CommitSql = (act) =>
    applyCommit(rows, act, seconds() - act.late, newValue)
      .join('; ')
      .replaceAll('{table}', table);
  let alterations = 0;
  for (const act of acts) {
    time.now += act.wait * 1000;
    if (act.kind === 'commit') await commit(stage, sqlOf(act));
    else if (act.kind === 'run') runs.push(await runOnce(stage, act, sqlOf));
    else await alter(stage, ++alterations);
  }
  // The source goes quiet, and whoever forgot a time says it.
  time.now += 1000;
  const forgotten = [...rows.values()].filter(({ at }) => at === null).map(({ id }) => ({ kind: 'update', id }) as const);
  await commit(stage, sqlOf({ kind: 'commit', late: 0, changes: forgotten }));
  // A table that is read in full is read once a day.
  time.now += (extract.mode === 'full' || extract.hasSilver === true ? DAY_SECONDS : LAG_SECONDS + 1) * 1000;
  // What an attempt that was killed was about to read is read to its end first, up to the instant that it had fixed, if it is of this day.
  const isTakenUp = extract.mode !== 'full' && (await stage.lake.list(ATTEMPTS)).length > 0;
  runs.push(await runOnce(stage, { kind: 'run', daysAgo: 0 }, sqlOf));
  if (isTakenUp) runs.push(await runOnce(stage, { kind: 'run', daysAgo: 0 }, sqlOf));
  const bronze = await readBronze(stage);
  const silver = await readSilver(stage.graph, stage.lake, stage.session);
  await statement(stage, `DROP TABLE ${table}`);
  await rm(join(stage.folder, table), { recursive: true, force: true });
  const newest = batchesOf(await readTable(stage.lake, BRONZE)).length - 1;
  const source = [...rows.values()].sort((a, b) => a.id - b.id);
  return { source, bronze: extract.mode === 'full' ? bronze.filter(({ batch }) => batch === newest) : bronze, runs, silver };
}

async function runOnce(stage: Stage, act: RunAct, sqlOf: CommitSql): Promise<PlayedRun> {
  const { server, time, lake } = stage;
  const before = await readTable(lake, BRONZE);
  // Whoever commits meanwhile does so a second after the run began.
  time.now += 1000;
  const sql = act.during === undefined ? '' : sqlOf(act.during.commit);
  const at = new Date(time.now).toISOString();
  time.now -= 1000;
  const match = { method: 'POST', nth: act.during?.nth ?? 1 };
  const added = sql === '' ? undefined : server.faults.add({ kind: 'late-commit', sql, at, match });
  const messages: Message[] = [];
  const record = await runProcess(stage, act, messages);
  added?.remove();
  time.now += 1000;
  if (added?.hits() === 0) await commit(stage, sql);
  const known = new Set(batchesOf(await readTable(lake, BRONZE)).map(({ id }) => id));
  return { record, messages, lostBatches: batchesOf(before).filter(({ id }) => !known.has(id)).length };
}

async function runProcess(stage: Stage, act: RunAct, messages: Message[]): Promise<RunRecord | undefined> {
  const { session, server, lake, extract, time, folder } = stage;
  const life = lifeUntil(act.diesAt);
  const mortal = mortalStore(lake, life);
  const store = extract.sabotage?.(mortal) ?? mortal;
  const clock = { ...manualClock(), now: () => new Date(time.now), newId: () => `r${runs++}` };
  const source = snowflakeSource({
    connection: { ...CONNECTION, url: server.url, stage: { name: 'LAKE', url: pathToFileURL(join(folder, 'stage')).href } },
    writer: mortalWriter(duckdbParquetWriter({ session, store, spoolRoot: join(folder, 'spool') }), life),
    secrets: { get: async () => KEYS.privateKeyPem },
    // The server judges tokens by the real time.
    clock: { ...clock, now: () => new Date(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))) },
    attempts: storedAttemptNotes(store),
    fileBytes: 1,
  });
  const host = recordingHost();
  const catalog = { register: async () => undefined, get: async () => undefined, listPartitions: async () => [] };
  const ports = {
    store,
    clock,
    host,
    catalog,
    source: async () => source,
    engine: async () => duckdbEngine({ session, store }),
    digests: async () => duckdbDigests({ session, store }),
  };
  const day = addDays(dayOf(new Date(time.now)), -act.daysAgo);
  try {
    const record = await runPipeline(stage.graph, day, ports, { ...SETTINGS, refetch: act.refetch === true });
    return life.isOver() ? undefined : record;
  } catch (error) {
    if (!life.isOver()) throw error;
    return undefined;
  } finally {
    messages.push(...host.messages);
  }
}

const CONNECTION = { account: 'LOCAL', user: 'ETL', privateKey: { env: 'KEY' }, database: 'SHOP', schema: 'PUBLIC' };
const SETTINGS = { concurrency: 1, retries: 0, signal: new AbortController().signal };
let runs = 0;

const batchesOf = ({ partitions }: TableState) => [...partitions.values()].flatMap(({ batches = [] }) => batches);

async function readBronze({ session, lake }: Stage): Promise<readonly BronzeRow[]> {
  const batches = batchesOf(await readTable(lake, BRONZE));
  const files = batches.flatMap((batch, at) => batch.files.map(({ key }) => ({ key, at })));
  if (files.length === 0) return [];
  const connection = await session.connect();
  try {
    const selects = files.map(
      ({ key, at }) => `SELECT *, ${at} AS batch FROM read_parquet('${lake.locate(key)}', hive_partitioning = false)`,
    );
    const reader = await connection.runAndReadAll(selects.join(' UNION ALL BY NAME '));
    return reader.getRowObjectsJson().map((row) => ({
      id: Number(row['id']),
      value: Number(row['value']),
      at: row['changed_at'] === null ? null : (Date.parse(`${row['changed_at']}Z`) - START) / 1000,
      batch: Number(row['batch']),
      isDeleted: row['_deleted'] === true,
    }));
  } finally {
    connection.closeSync();
  }
}

// By turns a new column, and digits for larger numbers.
async function alter(stage: Stage, nth: number): Promise<void> {
  if (nth % 2 === 1) await statement(stage, `ALTER TABLE ${stage.table} ADD COLUMN EXTRA_${nth} VARCHAR`);
  else await commit(stage, `ALTER TABLE ${stage.table} ALTER VALUE TYPE DECIMAL(${10 + nth},0)`);
}

async function statement({ client }: Stage, sql: string): Promise<void> {
  await client.query(sqlText(sql), { attempt: 'test', signal: new AbortController().signal });
}

async function commit({ server, time }: Stage, sql: string): Promise<void> {
  if (sql !== '') await server.database.commit(sql, { at: new Date(time.now) });
}
