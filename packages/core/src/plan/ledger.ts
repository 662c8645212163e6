import { type Graph, type GraphDataset, shapeOf } from '../compile/graph.ts';
import { emptyState, type TableState } from '../lake/commit.ts';
import type { LakeState } from '../lake/published.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { Plan, Step } from '../steps/step.ts';

/** How partitions stand. `record`: a snapshot of another day, kept as it was known then; `waiting`: for inputs that are made first. */
export type LedgerState = 'missing' | 'stale' | 'current' | 'record' | 'waiting' | 'refresh';

/** Partitions of one dataset that stand alike. */
export interface LedgerGroup {
  readonly state: LedgerState;
  /** In words. */
  readonly why: string;
  readonly days: readonly LogicalDate[];
}

/** How one dataset stands. */
export interface LedgerEntry {
  readonly dataset: DatasetName;
  readonly version: number;
  readonly groups: readonly LedgerGroup[];
}

/** Says of every partition of a plan's datasets how it stands and why: the plan's own reasons, and what it leaves alone. */
export function describeLedger(graph: Graph, lake: LakeState, plan: Plan, only?: ReadonlySet<DatasetName>): readonly LedgerEntry[] {
  const steps = new Map(plan.steps.map((step) => [step.dataset, step]));
  const pending = new Map(plan.pending.map(({ dataset, after }) => [dataset, after]));
  return graph.datasets
    .filter(({ name }) => only?.has(name) !== false)
    .map((dataset) => {
      const state = lake.get(dataset.name) ?? emptyState(dataset.name);
      const standing: Standing = { dataset, state, step: steps.get(dataset.name), after: pending.get(dataset.name), day: plan.day };
      return {
        dataset: dataset.name,
        version: state.version,
        groups: groupsOf(standing).filter(({ days, state: of }) => days.length > 0 || (of !== 'current' && of !== 'record')),
      };
    });
}

interface Standing {
  readonly dataset: GraphDataset;
  readonly state: TableState;
  readonly step: Step | undefined;
  readonly after: readonly DatasetName[] | undefined;
  readonly day: LogicalDate;
}

function groupsOf({ dataset, state, step, after, day }: Standing): readonly LedgerGroup[] {
  const days = [...state.partitions.keys()];
  if (after !== undefined)
    return [{ state: 'waiting', why: `as far as ${after.join(' and ')} ${after.length === 1 ? 'brings' : 'bring'} something new`, days }];
  if (step === undefined) return restOf(dataset, days, day, state);
  const made = partitionsOf(step, dataset, days);
  const touched = new Set(made.flatMap((group) => group.days));
  return [
    ...made,
    ...restOf(
      dataset,
      days.filter((other) => !touched.has(other)),
      day,
      state,
    ),
  ];
}

// What the step makes: which days these are is known beforehand, or only once it has read its new rows.
function partitionsOf(step: Step, dataset: GraphDataset, days: readonly LogicalDate[]): readonly LedgerGroup[] {
  if (step.partitions !== undefined) return step.partitions.map(({ why, days: of }) => ({ state: stateOf(why), why, days: of }));
  const state = stateOf(step.reason);
  if (step.kind === 'extract' || shapeOf(dataset) === 'snapshot') {
    return [{ state, why: step.reason, days: step.commit.replaceAll ? [...new Set([...days, step.day])] : [step.day] }];
  }
  return [{ state, why: step.reason, days: step.commit.replaceAll ? days : [] }];
}

function restOf(dataset: GraphDataset, days: readonly LogicalDate[], day: LogicalDate, state: TableState): readonly LedgerGroup[] {
  if (state.version === 0) return [{ state: 'waiting', why: 'nothing that it is made from has been written', days: [] }];
  if (shapeOf(dataset) === 'event') return [{ state: 'current', why: 'made of what its inputs hold, by this definition', days }];
  return [
    { state: 'current', why: 'made of what its inputs hold, by this definition', days: days.filter((other) => other === day) },
    { state: 'record', why: 'snapshots of other days, as they were known then', days: days.filter((other) => other !== day) },
  ];
}

function stateOf(reason: string): LedgerState {
  if (reason.startsWith('missing')) return 'missing';
  return reason.startsWith('stale') ? 'stale' : 'refresh';
}
