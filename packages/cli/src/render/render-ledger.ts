import type { LedgerEntry, LedgerGroup } from '@snowmelt/core/pipeline';
import { addDays, formatCount, type LogicalDate } from '@snowmelt/core/ports';

/** How the partitions of every dataset stand, in words: one line for those that stand alike. Empty for a lake that has none. */
export function renderLedger(ledger: readonly LedgerEntry[]): string {
  const built = ledger.filter(({ version }) => version > 0);
  if (built.length === 0) return '';
  const width = Math.max(...built.map(({ dataset }) => dataset.length));
  const lines = built.flatMap(({ dataset, version, groups }) =>
    describeGroups(groups, version).map((words, index) => `  ${(index === 0 ? dataset : '').padEnd(width)}  ${words}`),
  );
  return `\nPartitions:\n${lines.join('\n')}\n`;
}

// Snapshots of other days are mentioned by the way.
function describeGroups(groups: readonly LedgerGroup[], version: number): readonly string[] {
  const records = groups.find(({ state }) => state === 'record')?.days ?? [];
  const lines = groups.filter(({ state }) => state !== 'record').map((group) => describeGroup(group, version));
  const last = lines.at(-1) ?? `version ${version}: no snapshot of this day`;
  return records.length === 0 ? lines : [...lines.slice(0, -1), `${last}; ${dayCount(records)} kept`];
}

function dayCount(days: readonly LogicalDate[]): string {
  return days.length === 1 ? 'the snapshot of another day' : `${formatCount(days.length)} snapshots of other days`;
}

function describeGroup({ state, why, days }: LedgerGroup, version: number): string {
  const which =
    days.length === 0 ? 'the days of the new rows' : `${formatCount(days.length)} ${days.length === 1 ? 'day' : 'days'} (${ranges(days)})`;
  if (state === 'current') return `current at version ${version}: ${which}`;
  if (state === 'waiting') return days.length === 0 ? `waits: ${why}` : `waits: ${which}, ${why}`;
  const [day = ''] = days;
  return days.length === 1 && why.includes(day) ? why : `${why}: ${which}`;
}

const SHOWN_RANGES = 3;

function ranges(days: readonly LogicalDate[]): string {
  const found: { first: LogicalDate; last: LogicalDate }[] = [];
  for (const day of [...days].sort()) {
    const open = found.at(-1);
    if (open !== undefined && addDays(open.last, 1) === day) open.last = day;
    else found.push({ first: day, last: day });
  }
  const shown = found.slice(0, SHOWN_RANGES).map(({ first, last }) => (first === last ? first : `${first} to ${last}`));
  return found.length > SHOWN_RANGES ? `${shown.join(', ')} and ${found.length - SHOWN_RANGES} more` : shown.join(', ');
}
