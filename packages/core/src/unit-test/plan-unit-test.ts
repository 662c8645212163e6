import { findDataset, type Graph, type GraphDataset } from '../compile/graph.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { type Batch, emptyState, type PartitionEntry, type TableState } from '../lake/commit.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import { buildPlan } from '../plan/build-plan.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { BuildStep } from '../steps/step.ts';

/** Files that hold the given rows of one input; `batch`: which extraction brought them, of bronze. */
export interface GivenFile {
  readonly day: LogicalDate;
  readonly batch: string;
  readonly file: DataFile;
}

/**
 * Plans the one step of a unit test, by the same planner and with the same SQL as a run: over a lake in which the inputs hold the
 * given rows and nothing else is built.
 */
export function planUnitTest(
  graph: Graph,
  dataset: GraphDataset,
  given: ReadonlyMap<DatasetName, readonly GivenFile[]>,
  day: LogicalDate,
): BuildStep {
  const names = new Set<DatasetName>([dataset.name, ...dataset.inputs]);
  const own: Graph = { ...graph, datasets: graph.datasets.filter(({ name }) => names.has(name)) };
  const lake = new Map(own.datasets.map(({ name }) => [name, emptyState(name)]));
  for (const name of dataset.inputs) {
    const input = findDataset(graph, name);
    if (input !== undefined) lake.set(name, stateOf(input, given.get(name) ?? [], day));
  }
  const { steps } = buildPlan(own, lake, { day, settled: new Set(dataset.inputs) });
  const step = steps.find((one) => one.dataset === dataset.name);
  if (step?.kind === 'build') return step;
  throw new SnowmeltError('test/invalid', {
    message: `Nothing of ${dataset.name} can be built from these rows.`,
    hint: 'Give at least one row of one input.',
    at: { dataset: dataset.name },
  });
}

function stateOf(dataset: GraphDataset, given: readonly GivenFile[], day: LogicalDate): TableState {
  const days = [...new Set([...given.map((one) => one.day), ...(given.length === 0 ? [day] : [])])].sort();
  const partitions = days.map((on): [LogicalDate, PartitionEntry] => {
    const files = given.filter((one) => one.day === on);
    return [on, entryOf(dataset, files)];
  });
  return {
    ...emptyState(dataset.name),
    version: Math.max(1, given.length),
    columns: dataset.columns,
    fingerprint: dataset.fingerprint,
    partitions: new Map(partitions),
  };
}

function entryOf(dataset: GraphDataset, given: readonly GivenFile[]): PartitionEntry {
  const batches = given.map(({ batch, file }, i): Batch => ({ id: batch, version: i + 1, rows: file.rows, files: [file], window: {} }));
  return {
    version: 1,
    fingerprint: dataset.fingerprint,
    rows: given.reduce((sum, { file }) => sum + file.rows, 0),
    files: given.map(({ file }) => file),
    refused: { rows: 0, files: [] },
    inputs: {},
    ...(dataset.layer === 'bronze' ? { batches } : {}),
  };
}
