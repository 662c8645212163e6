import type { Graph, GraphDataset } from '../compile/graph.ts';
import { emptyState, type PartitionEntry, type TableState } from '../lake/commit.ts';
import type { LakeState } from '../lake/published.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { BuildStage } from '../ports/sql-engine.ts';
import { forBoth } from '../sql/render.ts';
import type { RenderedSql } from '../sql/text.ts';
import type { BuildStep, Step } from '../steps/step.ts';
import { buildPlan } from './build-plan.ts';

/** What the ledger itself would do for a dataset: undefined if it is current. A bronze dataset only if its definition changed. */
export function planStale(graph: Graph, lake: LakeState, dataset: GraphDataset, day: LogicalDate): Step | undefined {
  const own = new Set<DatasetName>([dataset.name, ...dataset.inputs]);
  const part: Graph = { ...graph, datasets: graph.datasets.filter(({ name }) => own.has(name)) };
  const { steps } = buildPlan(part, lake, { day, settled: new Set(dataset.inputs) });
  const step = steps.find((one) => one.dataset === dataset.name);
  const isNew = dataset.layer === 'bronze' && lake.get(dataset.name)?.fingerprint === dataset.fingerprint;
  return isNew ? undefined : step;
}

/**
 * Builds partitions again that the ledger holds for current: of an event dataset over bronze exactly `days`, of a snapshot that of
 * `day`, of a model all there is. Undefined for what has no rules of its own.
 */
export function planReplay(
  graph: Graph,
  lake: LakeState,
  dataset: GraphDataset,
  { day, days }: { readonly day: LogicalDate; readonly days: readonly LogicalDate[] },
): BuildStep | undefined {
  if (dataset.layer !== 'silver' || days.length === 0) return undefined;
  const state = lake.get(dataset.name) ?? emptyState(dataset.name);
  const step = planStale(graph, new Map(lake).set(dataset.name, forget(dataset, state)), dataset, day);
  if (step?.kind !== 'build') return undefined;
  const reason = `replay: ${days.length === 1 ? 'a partition has' : `${days.length} partitions have`} refused rows`;
  const isByDay = dataset.partitioning.kind === 'event' && dataset.origin.kind === 'bronze';
  return { ...(isByDay ? onlyDays(step, state, days) : step), reason };
}

// The same table, of which the ledger knows nothing but its version.
function forget({ layer, ...dataset }: GraphDataset, state: TableState): TableState {
  const isSnapshot = layer !== 'bronze' && 'partitioning' in dataset && dataset.partitioning.kind === 'snapshot';
  const entries = [...state.partitions].map(([day, entry]): [LogicalDate, PartitionEntry] => [
    day,
    { ...entry, fingerprint: '', inputs: {} },
  ]);
  return { ...state, fingerprint: undefined, inputs: {}, partitions: new Map(isSnapshot ? [] : entries) };
}

// A partition is a function of the bronze rows of its day, and the log says which batches have any of them.
function onlyDays(step: BuildStep, { partitions }: TableState, days: readonly LogicalDate[]): BuildStep {
  const batches = new Set(days.flatMap((day) => partitions.get(day)?.fromBatches ?? []));
  const dates = days.map((day) => `CAST('${day}' AS DATE)`).join(', ');
  const filter = (sql: RenderedSql) => forBoth(({ dialect }) => `SELECT * FROM (${sql[dialect]}) AS _all WHERE _day IN (${dates})`);
  const stages = step.request.stages.map((stage): BuildStage => {
    if (stage.kind === 'input' && stage.input.relation === '_source') {
      const files = stage.input.files.filter((key) => batches.has(key.split('/').at(-2) ?? ''));
      return { ...stage, input: { ...stage.input, files } };
    }
    return stage.kind === 'table' && stage.name === '_classified' ? { ...stage, sql: filter(stage.sql) } : stage;
  });
  return { ...step, request: { ...step.request, stages }, commit: { ...step.commit, replaceAll: false } };
}
