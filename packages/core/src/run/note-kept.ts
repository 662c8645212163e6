import type { Commit, PartitionEntry, TableState } from '../lake/commit.ts';
import { versionAsRead } from '../lake/published.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { DayDigest } from '../ports/digest.ts';
import type { CallContext } from '../ports/source.ts';
import { type Column, isSameType } from '../sql/column-type.ts';
import type { BuildStep } from '../steps/step.ts';
import type { RunPorts } from './run-ports.ts';

type Days = readonly (readonly [LogicalDate, PartitionEntry, PartitionEntry])[];

/**
 * Looks at what a table was before it was made again by another definition, and notes in the commit which of its columns hold
 * what they held: what reads only these need not be made again. It compares rows, not rules: a rule of one column can refuse
 * rows, and thereby change all others.
 */
export async function noteKept(
  step: BuildStep,
  before: TableState,
  commit: Commit,
  ports: Pick<RunPorts, 'digests'>,
  { signal }: Pick<CallContext, 'signal'>,
): Promise<Commit> {
  const isRemade = step.commit.isRemade === true || before.fingerprint !== commit.fingerprint;
  if (before.version === 0 || !isRemade || hasLostDays(before, commit)) return commit;
  const days: Days = Object.entries(commit.partitions).flatMap(([day, now]) => {
    const was = before.partitions.get(day as LogicalDate);
    return was === undefined ? [] : [[day as LogicalDate, was, now] as const];
  });
  const columns = commit.columns.filter((column) =>
    before.columns.some((other) => other.name === column.name && isSameType(other.type, column.type)),
  );
  if (days.length === 0 || columns.length === 0) return commit;
  const digests = await ports.digests();
  const digest = async (of: readonly Column[]): Promise<readonly Both[]> => {
    const request = (side: 1 | 2) => ({
      columns: of,
      files: Object.fromEntries(days.map((day) => [day[0], day[side].files.map(({ key }) => key)])),
    });
    const was = await digests.digestDays(request(1), signal);
    const now = await digests.digestDays(request(2), signal);
    return days.map(([day]) => ({ was: was.get(day) ?? NO_ROWS, now: now.get(day) ?? NO_ROWS }));
  };
  const all = await digest(columns);
  const kept = keptColumns(columns, all);
  if (kept.length === 0) return commit;
  const names = kept.map(({ name }) => name);
  return withKept(commit, days, names, kept.length === columns.length ? all : await digest(kept));
}

interface Both {
  readonly was: DayDigest;
  readonly now: DayDigest;
}

const NO_ROWS: DayDigest = { rows: 0, whole: '', columns: [] };

// A day that is no more is something that a version of the others could not tell.
function hasLostDays(before: TableState, commit: Commit): boolean {
  return commit.replaceAll && [...before.partitions].some(([day, { rows }]) => rows > 0 && commit.partitions[day] === undefined);
}

// Days that have more or fewer rows than before say nothing of the columns: they changed anyhow.
function keptColumns(columns: readonly Column[], days: readonly Both[]): readonly Column[] {
  const comparable = days.filter(({ was, now }) => was.rows === now.rows && was.rows > 0);
  return columns.filter((_, i) => comparable.every(({ was, now }) => was.columns[i] === now.columns[i]));
}

function withKept(commit: Commit, days: Days, columns: readonly string[], digests: readonly Both[]): Commit {
  const entries = days.flatMap(([day, was, now], i): [LogicalDate, PartitionEntry][] => {
    const both = digests[i];
    if (both === undefined || both.was.rows !== both.now.rows || both.was.whole !== both.now.whole) return [];
    return [[day, { ...now, kept: { since: versionAsRead(was, columns), columns } }]];
  });
  return { ...commit, partitions: { ...commit.partitions, ...Object.fromEntries(entries) } };
}
