import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';

/** What the ledger knows of something that may have to be built. */
export interface Standing {
  /** The table's version; 0: it does not exist. */
  readonly version: number;
  /** Fingerprint of what is there; undefined: nothing is. */
  readonly built: string | undefined;
  readonly fingerprint: string;
  /** Inputs that were written since. */
  readonly changed: readonly DatasetName[];
  /** The partition in question, if it is one. */
  readonly day?: LogicalDate;
  /** A snapshot with a later one behind it: a record of what was known then, which later knowledge does not change. */
  readonly isPast?: boolean;
}

/** Why it must be built, in words; undefined if it is current. */
export function reasonToBuild({ version, built, fingerprint, changed, day, isPast }: Standing): string | undefined {
  if (version === 0) return 'missing: never built';
  if (built === undefined) return `missing: no partition for ${day}`;
  if (built !== fingerprint) return 'stale: its definition changed';
  return changed.length === 0 || isPast === true ? undefined : `stale: ${changed.join(', ')} changed`;
}
