import { findDataset, type Graph, type GraphDataset, readsOf, shapeOf } from '../compile/graph.ts';
import { emptyState, type TableState } from '../lake/commit.ts';
import type { LakeState } from '../lake/published.ts';
import { planBronze } from '../layers/bronze/plan-bronze.ts';
import { planGold } from '../layers/gold/plan-gold.ts';
import type { InputTable } from '../layers/inputs.ts';
import { withReferences } from '../layers/references.ts';
import { planSilver } from '../layers/silver/plan-silver.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { PendingDataset, Plan, Step } from '../steps/step.ts';
import { fillPlannedDate } from './fill-planned-date.ts';
import { withInputBytes } from './input-bytes.ts';
import { planFresh } from './plan-fresh.ts';
import { type PastStates, pastKey } from './read-past.ts';
import { refuseUnreadyInputs } from './unready-inputs.ts';

/** What a plan is made for. Datasets in `settled` are taken as they are: this run has dealt with them. */
export interface PlanOptions {
  readonly day: LogicalDate;
  readonly settled?: ReadonlySet<DatasetName>;
  /** Days of extracts that were read before are read again. */
  readonly refetch?: boolean;
  /** Nothing else is planned; absent: everything. */
  readonly only?: ReadonlySet<DatasetName>;
  /** Made again from their inputs, whatever there is of them. */
  readonly fresh?: ReadonlySet<DatasetName>;
  /** Those for which `refetch` and `fresh` were done by the run that this one continues. */
  readonly fulfilled?: ReadonlySet<DatasetName>;
  /** What `readPast` found; without it keyed datasets are made anew as a whole. */
  readonly past?: PastStates;
}

/**
 * Compares what the pipeline declares with what the lake holds: the steps that can run now, and the datasets that
 * follow once these steps have written. Pure: reads nothing, writes nothing.
 * @throws run/input-not-ready where a selection leaves out what it needs
 */
export function buildPlan(graph: Graph, lake: LakeState, options: PlanOptions): Plan {
  const steps: Step[] = [];
  const pending: PendingDataset[] = [];
  const moving = new Set<DatasetName>();
  for (const dataset of graph.datasets) {
    if (options.only?.has(dataset.name) === false) continue;
    if (options.only !== undefined) refuseUnreadyInputs(graph, dataset, lake, { only: options.only, day: options.day });
    const after = readsOf(dataset).filter((input) => moving.has(input));
    if (after.length > 0) {
      moving.add(dataset.name);
      pending.push({ dataset: dataset.name, after });
      continue;
    }
    if (options.settled?.has(dataset.name)) continue;
    const step = planDataset(graph, dataset, lake, options);
    if (step === undefined) continue;
    moving.add(dataset.name);
    steps.push(
      withReferences(
        step,
        dataset,
        (dataset.references ?? []).flatMap((name) => inputTable(graph, lake, name)),
      ),
    );
  }
  const finished = withInputBytes(steps, lake).map((step) => fillPlannedDate(step, options.day));
  return { day: options.day, steps: finished, pending };
}

function planDataset(graph: Graph, dataset: GraphDataset, lake: LakeState, options: PlanOptions): Step | undefined {
  const state = lake.get(dataset.name) ?? emptyState(dataset.name);
  const isFulfilled = options.fulfilled?.has(dataset.name) === true;
  const refetch = options.refetch === true && !isFulfilled;
  const isFresh = options.fresh?.has(dataset.name) === true && !isFulfilled;
  return isFresh
    ? planFresh(dataset, state, (before) => planAs(graph, dataset, lake, { state: before, day: options.day, refetch, past: options.past }))
    : planAs(graph, dataset, lake, { state, day: options.day, refetch, past: options.past });
}

interface Standpoint {
  readonly state: TableState;
  readonly day: LogicalDate;
  readonly refetch: boolean;
  readonly past: PastStates | undefined;
}

function planAs(graph: Graph, dataset: GraphDataset, lake: LakeState, { state, day, refetch, past }: Standpoint): Step | undefined {
  const inputs = dataset.inputs.flatMap((name) => inputTable(graph, lake, name, dataset.reads?.[name]));
  switch (dataset.layer) {
    case 'bronze':
      return planBronze(dataset, state, day, { refetch });
    case 'silver':
      return planSilver(dataset, state, inputs, day);
    case 'gold':
      return planGold(
        dataset,
        state,
        inputs.map((input) => withPast(input, state, past)),
        day,
      );
  }
}

function withPast(input: InputTable, { inputs }: TableState, past: PastStates | undefined): InputTable {
  const found = past?.get(pastKey(input.name, inputs[input.name] ?? 0));
  return found === undefined ? input : { ...input, past: found };
}

function inputTable(graph: Graph, lake: LakeState, name: DatasetName, reads?: readonly string[]): InputTable[] {
  const dataset = findDataset(graph, name);
  if (dataset === undefined) return [];
  const [shape, state] = [shapeOf(dataset), lake.get(name) ?? emptyState(name)];
  const latest = shape === 'snapshot' && dataset.layer !== 'bronze' ? [...state.partitions.values()].at(-1) : undefined;
  const isOutdated = latest !== undefined && latest.fingerprint !== dataset.fingerprint;
  return [
    { name, shape, columns: dataset.columns, state, ...(isOutdated ? { isOutdated } : {}), ...(reads === undefined ? {} : { reads }) },
  ];
}
