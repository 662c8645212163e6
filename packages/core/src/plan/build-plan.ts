import { findDataset, type Graph, type GraphDataset, shapeOf } from '../compile/graph.ts';
import { emptyState, type TableState } from '../lake/commit.ts';
import type { LakeState } from '../lake/published.ts';
import { planBronze } from '../layers/bronze/plan-bronze.ts';
import { planGold } from '../layers/gold/plan-gold.ts';
import type { InputTable } from '../layers/inputs.ts';
import { planSilver } from '../layers/silver/plan-silver.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { PendingDataset, Plan, Step } from '../steps/step.ts';
import { fillPlannedDate } from './fill-planned-date.ts';
import { type PastStates, pastKey } from './read-past.ts';

/** What a plan is made for. Datasets in `settled` are taken as they are: this run has dealt with them. */
export interface PlanOptions {
  readonly day: LogicalDate;
  readonly settled?: ReadonlySet<DatasetName>;
  /** Days of extracts that were read before are read again. */
  readonly refetch?: boolean;
  /** What `readPast` found; without it keyed datasets are made anew as a whole. */
  readonly past?: PastStates;
}

/**
 * Compares what the pipeline declares with what the lake holds: the steps that can run now, and the datasets that
 * follow once these steps have written. Pure: reads nothing, writes nothing.
 */
export function buildPlan(graph: Graph, lake: LakeState, options: PlanOptions): Plan {
  const steps: Step[] = [];
  const pending: PendingDataset[] = [];
  const moving = new Set<DatasetName>();
  for (const dataset of graph.datasets) {
    const after = dataset.inputs.filter((input) => moving.has(input));
    if (after.length > 0) {
      moving.add(dataset.name);
      pending.push({ dataset: dataset.name, after });
      continue;
    }
    if (options.settled?.has(dataset.name)) continue;
    const step = planDataset(graph, dataset, lake, options);
    if (step === undefined) continue;
    moving.add(dataset.name);
    steps.push(step);
  }
  return { day: options.day, steps: steps.map((step) => fillPlannedDate(step, options.day)), pending };
}

function planDataset(graph: Graph, dataset: GraphDataset, lake: LakeState, { day, refetch = false, past }: PlanOptions): Step | undefined {
  const state = lake.get(dataset.name) ?? emptyState(dataset.name);
  const inputs = dataset.inputs.flatMap((name) => inputTable(graph, lake, name));
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

function inputTable(graph: Graph, lake: LakeState, name: DatasetName): InputTable[] {
  const dataset = findDataset(graph, name);
  if (dataset === undefined) return [];
  const [shape, state] = [shapeOf(dataset), lake.get(name) ?? emptyState(name)];
  const latest = shape === 'snapshot' && dataset.layer !== 'bronze' ? [...state.partitions.values()].at(-1) : undefined;
  const isOutdated = latest !== undefined && latest.fingerprint !== dataset.fingerprint;
  return [{ name, shape, columns: dataset.columns, state, ...(isOutdated ? { isOutdated } : {}) }];
}
