import type { Pipeline } from '../define/pipeline-schema.ts';
import type { Shape } from '../lake/published.ts';
import type { BronzeDataset } from '../layers/bronze/bronze-dataset.ts';
import type { GoldDataset } from '../layers/gold/gold-dataset.ts';
import type { SilverDataset } from '../layers/silver/silver-dataset.ts';
import type { DatasetName } from '../layout/dataset-name.ts';

export type GraphDataset = BronzeDataset | SilverDataset | GoldDataset;

/** The compiled pipeline: plain data, in an order in which every dataset follows its inputs. */
export interface Graph {
  readonly pipeline: string;
  readonly source: Pipeline['source'];
  readonly schedule: Pipeline['schedule'];
  readonly retentionDays: number;
  /** Absent: nobody is told about runs. */
  readonly lineage?: Pipeline['lineage'];
  readonly datasets: readonly GraphDataset[];
}

/** Finds a dataset of the graph; undefined if there is none of that name. */
export function findDataset(graph: Graph, name: string): GraphDataset | undefined {
  return graph.datasets.find((dataset) => dataset.name === name);
}

/** How the dataset's partitions make up the published table. */
export function shapeOf(dataset: GraphDataset): Shape {
  if (dataset.layer !== 'bronze') return dataset.partitioning.kind;
  return dataset.mode.kind === 'full' ? 'snapshot' : 'event';
}

/** How its refused rows do: those of a merged snapshot are each other's continuation. */
export function refusedShapeOf(dataset: GraphDataset): Shape {
  const merged =
    dataset.layer === 'silver' &&
    dataset.origin.kind === 'bronze' &&
    dataset.origin.mode === 'window' &&
    (dataset.lookups ?? []).length === 0;
  return merged && dataset.partitioning.kind === 'snapshot' ? 'merged' : shapeOf(dataset);
}

/** The datasets that must stand before this one is made: its inputs, and what its checks read. */
export function readsOf({ inputs, references = [] }: GraphDataset): readonly DatasetName[] {
  return [...new Set([...inputs, ...references])];
}

/** The dataset's name and those of all datasets it is made from or checked against. */
export function upstreamOf(graph: Graph, name: DatasetName): ReadonlySet<DatasetName> {
  const found = new Set<DatasetName>([name]);
  for (const dataset of [...graph.datasets].reverse()) {
    if (found.has(dataset.name)) for (const input of readsOf(dataset)) found.add(input);
  }
  return found;
}
