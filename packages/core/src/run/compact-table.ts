import { compareDigests } from '../digest/compare-digests.ts';
import { isSnowmeltError, SnowmeltError } from '../errors/snowmelt-error.ts';
import { onlyBatches } from '../lake/batch-files.ts';
import type { TableState } from '../lake/commit.ts';
import { type Compacted, compactionCommit, stillThere } from '../lake/compaction-commit.ts';
import { type CompactionGroup, type CompactionRules, planCompaction } from '../lake/plan-compaction.ts';
import { commitToTable, readTable } from '../lake/table-log.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { attemptName, partitionTemplate } from '../layout/object-key.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { BuildRequest } from '../ports/sql-engine.ts';
import type { Column } from '../sql/column-type.ts';
import { forBoth } from '../sql/render.ts';
import { registerCompaction } from './register.ts';
import type { RunPorts } from './run-ports.ts';

// Of so many groups the new files are published at a time: what a killed compaction has published stays.
const GROUPS_A_COMMIT = 50;

const MAX_CONFLICTS = 5;

/** What a compaction works with. */
export type CompactionPorts = Pick<RunPorts, 'store' | 'catalog' | 'clock' | 'engine' | 'digests'>;

/** What became of a table's small files. `version`: the newest. */
export interface CompactionReport {
  readonly dataset: DatasetName;
  readonly version: number;
  readonly partitions: number;
  readonly filesBefore: number;
  readonly filesAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Puts the small files of each partition together. The new files are compared with the old ones by the hash of every column
 * before they are published; rows, their versions and their batches stay what they are. Safe beside runs: of two commits one
 * wins, and what a run has replaced meanwhile is left out. @throws build/*, lake/*, run/interrupted
 */
export async function compactTable(
  dataset: DatasetName,
  rules: CompactionRules,
  ports: CompactionPorts,
  signal: AbortSignal,
): Promise<CompactionReport> {
  const run = ports.clock.newId();
  let state = await readTable(ports.store, dataset);
  const groups = planCompaction(state, rules);
  const published: Compacted[] = [];
  for (let from = 0; from < groups.length; from += GROUPS_A_COMMIT) {
    const written: Compacted[] = [];
    for (const [i, group] of groups.slice(from, from + GROUPS_A_COMMIT).entries()) {
      const attempt = attemptName(group.day, run, from + i + 1);
      written.push({ ...group, written: await writeGroup(dataset, state.columns, group, { ports, attempt, signal }) });
    }
    const end = await publish(state, written, run, ports);
    state = end.state;
    published.push(...end.published);
  }
  return reportOf(state, published);
}

interface Writing {
  readonly ports: CompactionPorts;
  readonly attempt: string;
  readonly signal: AbortSignal;
}

async function writeGroup(dataset: DatasetName, all: readonly Column[], group: CompactionGroup, writing: Writing) {
  const { ports, attempt, signal } = writing;
  const [first] = group.files;
  // A file of before a column came does not have it, and will not.
  const columns = all.filter(({ name }) => first?.columns[name] !== undefined);
  const engine = await ports.engine();
  const { outputs } = await engine.build(compactionRequest(dataset, columns, group), { attempt, signal }, () => undefined);
  const written = outputs.flatMap(({ partitions }) => partitions.flatMap(({ files }) => files));
  await demandSameRows(dataset, columns, group.files, written, writing);
  return written;
}

function compactionRequest(dataset: DatasetName, columns: readonly Column[], { day, files, batches }: CompactionGroup): BuildRequest {
  const hasBatches = batches.length > 0;
  const kept: readonly Column[] = hasBatches ? [...columns, { name: '_batch', type: { kind: 'varchar' } }] : columns;
  const input = { relation: '_small', dataset, columns, files: files.map(({ key }) => key) };
  return {
    dataset,
    stages: [
      { kind: 'input', input: hasBatches ? { ...input, batchColumn: true, ...onlyBatches(batches) } : input },
      { kind: 'view', name: '_rows', sql: forBoth(() => 'SELECT * FROM _small') },
    ],
    outputs: [
      {
        part: 'rows',
        from: '_rows',
        columns: kept,
        sortBy: hasBatches ? ['_batch'] : [],
        partition: { kind: 'day', day },
        prefix: partitionTemplate(dataset, 'rows'),
      },
    ],
    checks: [],
  };
}

// Whoever rewrites data that nobody looks at must look at it.
async function demandSameRows(
  dataset: DatasetName,
  columns: readonly Column[],
  before: readonly DataFile[],
  after: readonly DataFile[],
  { ports, signal }: Writing,
): Promise<void> {
  const digests = await ports.digests();
  const sumUp = async (files: readonly DataFile[]) =>
    (await digests.digest({ files: files.map(({ key }) => key), columns, level: 'hash' }, signal))[0];
  const [old, now] = [await sumUp(before), await sumUp(after)];
  if (old !== undefined && now !== undefined && compareDigests(old, now) === undefined) return;
  throw new SnowmeltError('internal/unexpected', {
    message: `The compacted files of ${dataset} do not hold the rows of those that they were made from; nothing was published.`,
    at: { dataset },
  });
}

// The files stay good whoever else commits, as long as the table still has those that they were made from.
async function publish(
  before: TableState,
  written: readonly Compacted[],
  run: string,
  { store, catalog, clock }: CompactionPorts,
): Promise<{ readonly state: TableState; readonly published: readonly Compacted[] }> {
  let state = before;
  for (let conflicts = 0; ; conflicts++) {
    const published = stillThere(state, written);
    if (published.length === 0) return { state, published };
    try {
      const after = await commitToTable(store, state, compactionCommit(state, published, run, clock.now()));
      // A catalog that cannot be told now is brought up to the log by the next run.
      await registerCompaction(catalog, after).catch(() => undefined);
      return { state: after, published };
    } catch (error) {
      if (!isSnowmeltError(error) || error.code !== 'lake/commit-conflict' || conflicts === MAX_CONFLICTS) throw error;
      state = await readTable(store, before.dataset);
    }
  }
}

function reportOf({ dataset, version }: TableState, published: readonly Compacted[]): CompactionReport {
  const [before, after] = [published.flatMap(({ files }) => files), published.flatMap(({ written }) => written)];
  const bytesOf = (files: readonly DataFile[]) => files.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    dataset,
    version,
    partitions: new Set(published.map(({ day }) => day)).size,
    filesBefore: before.length,
    filesAfter: after.length,
    bytesBefore: bytesOf(before),
    bytesAfter: bytesOf(after),
  };
}
