import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { Commit, PartitionEntry, TableState } from '../lake/commit.ts';
import { versionAt } from '../lake/read-versions.ts';
import { commitToTable, readTable } from '../lake/table-log.ts';
import { readTableAsOf } from '../lake/time-travel.ts';
import { upkeepCommit } from '../lake/upkeep-commit.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import { registerState } from './register.ts';
import type { RunPorts } from './run-ports.ts';

// So long before the end of its retention a version is no longer gone back to: vacuum may be about to take its files.
const MARGIN_MS = 3_600_000;

/** What to go back to. */
export interface RollbackRequest {
  readonly dataset: DatasetName;
  readonly version: number;
  readonly retentionDays: number;
}

/**
 * Publishes what a table was at an earlier version as a new one: nothing of its history is rewritten. Everything counts as
 * newly written, so what reads the table is stale; the watermark of an extract goes back with its rows, so the next run reads
 * again what was extracted since. @throws lake/unknown-version, lake/version-expired, lake/commit-conflict
 */
export async function rollbackTable(request: RollbackRequest, ports: Pick<RunPorts, 'store' | 'catalog' | 'clock'>): Promise<TableState> {
  const { store, catalog, clock } = ports;
  const { dataset, version } = request;
  const now = clock.now();
  const before = await readTable(store, dataset);
  const target = await readTableAsOf(store, dataset, version);
  if (version === 0 || version === before.version) throw nothingToGoBackTo(before, version);
  const oldest = await versionAt(store, dataset, new Date(now.getTime() - request.retentionDays * 86_400_000 + MARGIN_MS));
  if (version < oldest) throw beyondRetention(dataset, version, Math.max(1, oldest));
  const after = await commitToTable(store, before, rollbackCommit(before, target, clock.newId(), now));
  // A catalog that cannot be told now is brought up to the log by the next run.
  await registerState(catalog, after).catch(() => undefined);
  return after;
}

function rollbackCommit(before: TableState, target: TableState, run: string, now: Date): Commit {
  const version = before.version + 1;
  const entries = [...target.partitions].map(([day, entry]): [LogicalDate, PartitionEntry] => [day, asWrittenIn(version, entry)]);
  return upkeepCommit(target, {
    version,
    run,
    committedAt: now.toISOString(),
    partitions: Object.fromEntries(entries),
    replaceAll: true,
    upkeep: { kind: 'rollback', to: target.version },
  });
}

// What was kept over the commits before it says nothing of those that the rollback undoes.
function asWrittenIn(version: number, { compactedIn: _compactedIn, kept: _kept, ...entry }: PartitionEntry): PartitionEntry {
  const batches = entry.batches?.map((batch) => ({ ...batch, version }));
  return { ...entry, version, ...(batches === undefined ? {} : { batches }) };
}

function nothingToGoBackTo({ dataset, version: current }: TableState, version: number): SnowmeltError {
  return new SnowmeltError('lake/unknown-version', {
    message: version === 0 ? `${dataset} had no rows before version 1.` : `${dataset} is at version ${version}.`,
    hint: `Go back to one of the versions 1 to ${current - 1}; see \`snowmelt history ${dataset}\`.`,
    at: { dataset },
  });
}

function beyondRetention(dataset: DatasetName, version: number, oldest: number): SnowmeltError {
  return new SnowmeltError('lake/version-expired', {
    message: `Version ${version} of ${dataset} is older than the retention, so vacuum may remove its files at any time.`,
    hint: `Go back to version ${oldest} or a later one, or raise \`retention: { days }\` in the declaration.`,
    at: { dataset },
  });
}
