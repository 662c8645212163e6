import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type BuildReport,
  type BuildRequest,
  type CallContext,
  type DayAccount,
  type EngineMetrics,
  logicalDate,
  type ObjectKey,
  type ObjectStore,
  objectKey,
  openProtectionKeys,
  type Secrets,
  SnowmeltError,
  type SqlEngine,
  sparkStep,
  timeColumnOf,
} from '@snowmelt/core/ports';
import { interrupted, toBuildError } from '../duckdb/duckdb-error.ts';
import type { DuckdbSession } from '../duckdb/duckdb-session.ts';
import { removeFile } from '../duckdb/parquet-file.ts';
import { withStatements } from '../duckdb/statements.ts';
import { stagingFolder } from '../fs/staging-folder.ts';
import { mergeFindings, splitMeasures } from './findings.ts';
import { placeFiles } from './place-files.ts';
import { outOfMemory, toSparkError } from './spark-failure.ts';
import type { SparkProcess } from './spark-process.ts';
import { readStagedFiles, type StagedFile } from './staged-files.ts';

/** What a Spark engine works with. */
export interface SparkTools {
  readonly spark: SparkProcess;
  /** Reads the footers of what Spark wrote. */
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
  /** Where the keys for personal data are looked up. */
  readonly secrets?: Secrets;
}

/** Executes builds with Spark in a process of this machine; the store must be a folder of this machine. */
export function sparkEngine(tools: SparkTools): SqlEngine {
  return {
    dialect: 'spark',
    build: async (request, context, judge) => {
      refuseTimes(request);
      const run = await openRun(tools, request, context);
      const begun: ObjectKey[] = [];
      try {
        const written = await run.ask({ op: 'write', step: run.step, keys: await padsOf(tools, request) });
        const outputs = await placeOutputs(tools, request, context, run, (written['touched'] ?? []) as number[][], begun);
        const { measures, known } = splitMeasures(request, outputs);
        const found = await run.ask({ op: 'check', measures });
        const accounts = ((written['accounts'] ?? []) as DayAccount[]).map((one) => ({ ...one, day: logicalDate(one.day) }));
        const metrics = { engine: 'spark', figures: found['metrics'] as EngineMetrics['figures'] } as const;
        const report: BuildReport = { outputs, accounts, ...mergeFindings(found, known, outputs), metrics };
        judge(report);
        return report;
      } catch (error) {
        // Nothing refers to these files: what cannot be removed now is for `vacuum`.
        await Promise.allSettled(begun.map((key) => removeFile(tools.store.locate(key))));
        throw error;
      } finally {
        await run.close();
      }
    },
  };
}

interface Run {
  readonly step: ReturnType<typeof sparkStep>;
  ask(question: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

let runs = 0;

async function openRun({ spark, store }: SparkTools, request: BuildRequest, { attempt, signal }: CallContext): Promise<Run> {
  const { dataset } = request;
  if (signal.aborted) throw interrupted(`building ${dataset}`);
  const staging = stagingFolder(store);
  runs += 1;
  const name = `run-${runs}`;
  let isBegun = false;
  const cancel = (): void => void spark.tell({ op: 'cancel', run: name }).catch(() => undefined);
  signal.addEventListener('abort', cancel);
  return {
    step: sparkStep(request, { attempt, staging, root: `${dirname(store.locate(objectKey('any')))}/`, locate: store.locate }),
    ask: async (question) => {
      isBegun = true;
      const answer = await spark.ask({ ...question, run: name });
      if (signal.aborted) throw interrupted(`building ${dataset}`);
      if (answer.kind === 'ok') return answer.value;
      if (answer.kind === 'failure') throw toSparkError(answer.failure, dataset, spark.tempFolder);
      throw answer.isOutOfMemory ? outOfMemory(`building ${dataset}`, dataset) : ended(dataset);
    },
    close: async () => {
      signal.removeEventListener('abort', cancel);
      if (isBegun) await spark.ask({ op: 'close', run: name }).catch(() => undefined);
      // What cannot be removed now, the next process removes.
      await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    },
  };
}

function ended(dataset: BuildRequest['dataset']): SnowmeltError {
  return new SnowmeltError('spark/ended', {
    message: `The Spark process ended while it built ${dataset}.`,
    hint: 'Something killed it, perhaps for want of memory on this machine; the next attempt starts another.',
    at: { dataset },
  });
}

async function placeOutputs(
  { session, store }: SparkTools,
  request: BuildRequest,
  { attempt, signal }: CallContext,
  { step }: Run,
  touched: readonly (readonly number[])[],
  begun: ObjectKey[],
): Promise<BuildReport['outputs']> {
  const { dataset } = request;
  const translate = (error: unknown, sql: string, doing: string) =>
    toBuildError(error, { doing, sql, at: { dataset }, folder: session.tempFolder });
  const staged: (readonly StagedFile[])[] = [];
  await withStatements(session, signal, translate, async (statements) => {
    for (const [i, { columns }] of request.outputs.entries())
      staged.push(await readStagedFiles(step.outputs[i]?.staging ?? '', columns, statements));
  });
  const outputs: BuildReport['outputs'][number][] = [];
  const placing = { dataset, attempt, store, onKey: (key: ObjectKey) => begun.push(key) };
  for (const [i, output] of request.outputs.entries())
    outputs.push({ part: output.part, partitions: await placeFiles(placing, output, staged[i] ?? [], touched[i] ?? []) });
  return outputs;
}

async function padsOf(tools: SparkTools, request: BuildRequest): Promise<Readonly<Record<string, object>>> {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const keys = await openProtectionKeys(request, tools);
  return Object.fromEntries([...keys].map(([name, { inner, outer }]) => [name, { inner: hex(inner), outer: hex(outer) }]));
}

function refuseTimes(request: BuildRequest): void {
  const found = timeColumnOf(request);
  if (found === undefined) return;
  const { dataset } = request;
  throw new SnowmeltError('build/not-on-spark', {
    message: `Column \`${found.name}\`, which ${dataset} reads or writes, is a TIME, and Spark 3.5 has no such type.`,
    hint: 'Build it with `--engine duckdb` or `auto`, or keep the time as VARCHAR.',
    at: { dataset },
  });
}
