import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { LakeDigests } from '../ports/digest.ts';
import type { Host } from '../ports/host.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Source } from '../ports/source.ts';
import type { SqlEngine } from '../ports/sql-engine.ts';
import type { BuildStep } from '../steps/step.ts';
import type { RunObserver } from './run-observer.ts';

/** What a run works with. `engine` and `source` are opened only when a step needs them. */
export interface RunPorts {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly host: Host;
  /** Executes SQL; for a build of the plan, the engine that is chosen for it. */
  readonly engine: (step?: BuildStep) => Promise<SqlEngine>;
  readonly source: () => Promise<Source>;
  /** Sums up files, to compare them with the source. */
  readonly digests: () => Promise<LakeDigests>;
  /** Is told what the run does; absent: nobody. */
  readonly observer?: RunObserver;
}

/** How a run goes about it. */
export interface RunSettings {
  /** Steps at the same time. */
  readonly concurrency: number;
  /** Further attempts at a step whose error says that trying again is safe. */
  readonly retries: number;
  readonly signal: AbortSignal;
  /** Days of extracts that were read before are read again. */
  readonly refetch?: boolean;
  /** Nothing else is made; absent: everything. */
  readonly only?: ReadonlySet<DatasetName>;
  /** Made again in full, whatever there is of them. */
  readonly fresh?: ReadonlySet<DatasetName>;
  /** Of what `refetch` and `fresh` ask for: what was done by the run that this one continues. */
  readonly fulfilled?: ReadonlySet<DatasetName>;
  /** The run that it continues. */
  readonly continues?: string;
  /** The last date of the range that it is one of. */
  readonly until?: LogicalDate;
}
