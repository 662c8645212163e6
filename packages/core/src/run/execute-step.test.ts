import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../testkit/src/fakes/manual-clock.ts';
import { memoryObjectStore } from '../../../testkit/src/fakes/memory-object-store.ts';
import { recordingHost } from '../../../testkit/src/fakes/recording-host.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { emptyState } from '../lake/commit.ts';
import { readTable } from '../lake/table-log.ts';
import { datasetName } from '../layout/dataset-name.ts';
import { logicalDate } from '../layout/logical-date.ts';
import { objectKey } from '../layout/object-key.ts';
import type { CatalogUpdate } from '../ports/catalog.ts';
import type { WrittenPartition } from '../ports/data-file.ts';
import type { BuildReport, SqlEngine } from '../ports/sql-engine.ts';
import type { BuildStep } from '../steps/step.ts';
import { executeStep } from './execute-step.ts';

const dataset = datasetName('silver', 'sales');
const day = logicalDate('2024-01-15');
const columns = [{ name: 'id', type: { kind: 'bigint' } }] as const;
const commit: BuildStep['commit'] = {
  baseVersion: 0,
  columns,
  fingerprint: 'f',
  replaceAll: false,
  inputs: { 'bronze.sales': 3 },
  checks: [
    { id: 'unique(id)', severity: 'error' },
    { id: 'range(id)', severity: 'warn' },
  ],
  countsRows: true,
};
const output = { from: '_rows', columns, sortBy: [], partition: { kind: 'day', day }, prefix: 'p' } as const;
const step: BuildStep = {
  kind: 'build',
  id: 'build silver.sales 2024-01-15',
  dataset,
  day,
  reason: 'missing: never built',
  request: {
    dataset,
    stages: [],
    outputs: [
      { part: 'rows', ...output },
      { part: 'quarantine', ...output },
    ],
    checks: [],
  },
  commit,
};

function written(part: string, rows: number): WrittenPartition {
  const key = objectKey(`silver/2024/${part}/part-0.parquet`);
  return { day, rows, files: rows === 0 ? [] : [{ key, rows, bytes: rows * 10, checksum: 'sha256:1', columns: {} }] };
}

/** A build of 10 rows of which some were refused and one was a copy. */
const report = (refused: number, violations: Readonly<Record<string, number>> = {}): BuildReport => ({
  outputs: [
    { part: 'rows', partitions: [written('rows', 9 - refused)] },
    { part: 'quarantine', partitions: [written('quarantine', refused)] },
  ],
  violations,
  accounts: [{ day, rowsRead: 10, batches: ['2024-01-15-r-1'] }],
});

/** Executes one build; the engine does as the script says, one act after the other, the last one again and again. */
async function execute(script: readonly (BuildReport | Error)[], { of = step, retries = 0, catalogFails = false } = {}) {
  const [store, host, clock, stop] = [memoryObjectStore(), recordingHost(), manualClock(), new AbortController()];
  const registered: CatalogUpdate[] = [];
  const attempts: string[] = [];
  const engine: SqlEngine = {
    dialect: 'duckdb',
    build: async (_request, { attempt }, judge) => {
      const act = script[Math.min(attempts.length, script.length - 1)];
      attempts.push(attempt);
      if (act === undefined || act instanceof Error) throw act;
      judge(act);
      return act;
    },
  };
  const catalog = {
    register: async (update: CatalogUpdate) => {
      if (catalogFails) throw new SnowmeltError('lake/io', { message: 'The catalog is away.' });
      registered.push(update);
    },
    get: async () => undefined,
    listPartitions: async () => [],
  };
  const source = () => Promise.reject(new Error('No source is needed.'));
  const ports = { store, host, clock, catalog, engine: async () => engine, source, digests: source };
  const settings = { concurrency: 1, retries, signal: stop.signal };
  const result = await executeStep(of, emptyState(dataset), { run: 'r1', ports, settings, attempts: { value: 0 } });
  return { ...result, table: await readTable(store, dataset), store, host, clock, attempts, registered };
}

/** Everything but what the checks said, which is kept of every attempt. */
async function published(store: ReturnType<typeof memoryObjectStore>) {
  return (await store.list('')).filter(({ key }) => !key.startsWith('artifacts/logs/checks/'));
}

describe('a build', () => {
  it('publishes what was written, with how its rows were accounted for', async () => {
    const { outcome, table, registered } = await execute([report(2)]);
    expect(outcome).toMatchObject({
      status: 'done',
      rowsRead: 10,
      rowsWritten: 7,
      rowsRefused: 2,
      rowsDuplicate: 1,
      bytes: 90,
      version: 1,
    });
    expect(table.partitions.get(day)).toMatchObject({
      rows: 7,
      refused: { rows: 2 },
      rowsRead: 10,
      fromBatches: ['2024-01-15-r-1'],
      inputs: { 'bronze.sales': 3 },
    });
    expect(registered.map(({ dataset: named, version, partitions }) => [named, version, partitions])).toEqual([
      ['silver.sales__quarantine', 1, [{ day, rows: 2, locations: ['silver/2024/quarantine'] }]],
      ['silver.sales', 1, [{ day, rows: 7, locations: ['silver/2024/rows'] }]],
    ]);
  });

  it('that a check of severity error refuses publishes nothing', async () => {
    const { outcome, state, store, registered } = await execute([report(0, { 'unique(id)': 2, 'range(id)': 1 })]);
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'quality/check-failed', message: expect.stringContaining('unique(id): 2'), at: { dataset } },
    });
    expect(outcome.error?.message).not.toContain('range');
    expect([state, await published(store), registered]).toEqual([undefined, [], []]);
  });

  it('that a check of severity warn complains of is published, noted and told', async () => {
    const { outcome, table, host } = await execute([report(0, { 'range(id)': 3 })]);
    expect(outcome.status).toBe('done');
    expect(table.checks).toEqual([
      { check: 'unique(id)', severity: 'error', violations: 0 },
      { check: 'range(id)', severity: 'warn', violations: 3 },
    ]);
    expect(host.messages).toContainEqual({ code: 'check/warned', run: 'r1', dataset, check: 'range(id)', violations: 3 });
  });

  it('may refuse rows within its budget, and publishes nothing beyond it', async () => {
    const budget = (quarantineMaxPercent: number) => ({ of: { ...step, commit: { ...commit, quarantineMaxPercent } } });
    expect((await execute([report(2)], budget(20))).outcome.status).toBe('done');
    expect((await execute([report(0)], budget(0))).outcome.status).toBe('done');
    const { outcome, store } = await execute([report(2)], budget(19.9));
    expect(outcome.error).toMatchObject({ code: 'quality/quarantine-budget', message: expect.stringContaining('2 of 10 rows') });
    expect(await published(store)).toEqual([]);
  });

  it('stands although the catalog cannot be told', async () => {
    const { outcome, table, host } = await execute([report(0)], { catalogFails: true });
    expect([outcome.status, table.version]).toEqual(['done', 1]);
    expect(host.messages).toContainEqual({ code: 'catalog/behind', run: 'r1', dataset });
  });
});

describe('an error', () => {
  const away = new SnowmeltError('lake/io', { message: 'The lake is away.' });

  it('that may pass is tried again, later each time, in a folder of its own', async () => {
    const { outcome, clock, attempts, host } = await execute([away, away, report(0)], { retries: 2 });
    expect(outcome).toMatchObject({ status: 'done', attempts: 3, durationMs: 3000 });
    expect(clock.sleeps).toEqual([1000, 2000]);
    expect(attempts).toEqual(['2024-01-15-r1-1', '2024-01-15-r1-2', '2024-01-15-r1-3']);
    expect(host.messages.filter(({ code }) => code === 'step/retrying')).toMatchObject([
      { attempt: 1, error: 'lake/io', delayMs: 1000 },
      { attempt: 2, error: 'lake/io', delayMs: 2000 },
    ]);
  });

  it('that goes on is given up after the retries, with waits that stay bearable', async () => {
    const { outcome, clock } = await execute([away], { retries: 8 });
    expect(outcome).toMatchObject({ status: 'failed', attempts: 9, error: { code: 'lake/io' } });
    expect(clock.sleeps).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it.each(['build/failed', 'build/out-of-memory', 'lake/disk-full', 'run/interrupted'] as const)('%s is not tried again', async (code) => {
    const { outcome, clock } = await execute([new SnowmeltError(code, { message: 'No.' })], { retries: 5 });
    expect([outcome.error?.code, outcome.attempts, clock.sleeps]).toEqual([code, 1, []]);
  });

  it('that is none of ours is reported as a defect', async () => {
    const { outcome } = await execute([new TypeError('x is undefined')], { retries: 5 });
    expect(outcome).toMatchObject({ attempts: 1, error: { code: 'internal/unexpected', message: 'x is undefined' } });
  });
});

it('a step that is stopped as it starts is interrupted, not broken', async () => {
  const [stop, host] = [new AbortController(), recordingHost()];
  stop.abort();
  const unused = () => Promise.reject(new Error('Nothing is to be opened.'));
  const catalog = { register: unused, get: unused, listPartitions: unused };
  const ports = { store: memoryObjectStore(), host, clock: manualClock(), catalog, engine: unused, source: unused, digests: unused };
  const settings = { concurrency: 1, retries: 3, signal: stop.signal };
  const { outcome } = await executeStep(step, emptyState(dataset), { run: 'r1', ports, settings, attempts: { value: 0 } });
  expect(outcome.error).toMatchObject({ code: 'run/interrupted', at: { dataset } });
});
