import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Graph, readTable } from '@snowmelt/core/pipeline';
import { addDays, datasetName, logicalDate, type ObjectStore } from '@snowmelt/core/ports';
import { openDuckdb } from '@snowmelt/local';
import { expect } from 'vitest';
import { type Act, applyChanges, type Row } from './history.ts';
import { bronzeOf, compile, openLake, readTables, run, type Tables } from './lake-under-test.ts';
import type { Mode } from './pipeline.ts';
import { type ScriptedSource, scriptedSource, secondOf } from './scripted-source.ts';

const DAY_SECONDS = 86_400;

/** What a history came to, and what a lake holds that was built from its bronze at once. */
export interface Ending {
  readonly grown: Tables;
  readonly rebuilt: Tables;
  /** Why each step ran. */
  readonly reasons: readonly string[];
  /** The source's rows at the end of each batch that bronze has. */
  readonly states: readonly { readonly at: number; readonly rows: readonly Row[] }[];
}

/** A DuckDB and a compiled pipeline that many histories share. */
export interface Theatre {
  play(acts: readonly Act[]): Promise<Ending>;
  close(): Promise<void>;
}

/** Opens a theatre for one way of extracting; `sabotage` plants a bug in the compiled pipeline. */
export async function openTheatre(mode: Mode, sabotage: (graph: Graph) => Graph = (graph) => graph): Promise<Theatre> {
  const root = await mkdtemp(join(tmpdir(), 'snowmelt-rebuild-'));
  const session = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: join(root, 'tmp') });
  const graphs = [await compile(session, mode, false), await compile(session, mode, true)].map(sabotage);
  let played = 0;
  return {
    async play(acts) {
      const folder = join(root, `h${played++}`);
      const time = { now: 10 };
      const store = openLake(folder);
      const scripted = scriptedSource(session, store.locate, () => time.now);
      const ending = await playOn({ folder, time, store, scripted, session, graphs }, acts);
      await rm(folder, { recursive: true, force: true });
      return ending;
    },
    async close() {
      session.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

interface Stage {
  readonly folder: string;
  readonly time: { now: number };
  readonly store: ObjectStore;
  readonly scripted: ScriptedSource;
  readonly session: ReturnType<typeof openDuckdb>;
  readonly graphs: readonly Graph[];
}

async function playOn(stage: Stage, acts: readonly Act[]): Promise<Ending> {
  const { folder, time, store, scripted, session, graphs } = stage;
  let [rows, version]: [readonly Row[], number] = [[], 0];
  const reasons: string[] = [];
  const graph = () => graphs[version] ?? fail();
  const dayBefore = (days: number) => addDays(logicalDate('2024-01-10'), Math.floor(time.now / DAY_SECONDS) - days);
  const runFor = async (daysAgo: number, refetch: boolean) => {
    const record = await run(graph(), dayBefore(daysAgo), store, { session, scripted, refetch });
    for (const { error, dataset, reason } of record.steps) {
      expect([dataset, error?.message]).toEqual([dataset, undefined]);
      reasons.push(`${dataset}: ${reason}`);
    }
  };
  for (const act of acts) {
    time.now += act.kind === 'sleep' ? DAY_SECONDS : 7;
    if (act.kind === 'add-column') version = 1;
    if (act.kind === 'commit') {
      rows = applyChanges(rows, act.changes, time.now);
      scripted.set(rows, time.now);
    }
    if (act.kind !== 'run') continue;
    scripted.redelivers = act.redelivers;
    await runFor(act.daysAgo, act.refetch);
  }
  // Once everything has been extracted, nothing is left for the lake that is built at once to ask for.
  time.now += DAY_SECONDS;
  await runFor(1, false);
  const grown = await readTables(graph(), store, session);
  const scratch = await bronzeOf(folder, store);
  await run(graph(), dayBefore(1), scratch, { session, scripted });
  const bronze = await readTable(store, datasetName('bronze', 'items'));
  const highs = [...bronze.partitions.values()].flatMap(({ batches = [] }) => batches.flatMap(({ window }) => window.high ?? []));
  const states = highs.map(secondOf).map((at) => ({ at, rows: scripted.rowsAt(at) }));
  return { grown, rebuilt: await readTables(graph(), scratch, session), reasons, states };
}

function fail(): never {
  throw new Error('There is no such pipeline.');
}
