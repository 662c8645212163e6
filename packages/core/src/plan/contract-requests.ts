import type { Graph } from '../compile/graph.ts';
import type { LakeState } from '../lake/published.ts';
import type { BronzeDataset } from '../layers/bronze/bronze-dataset.ts';
import type { ContractRequest } from '../ports/source.ts';

/** What to ask a source for, to hold every extract of a pipeline against what it says. */
export function contractRequests(graph: Graph, lake: LakeState): readonly ContractRequest[] {
  return graph.datasets.flatMap((dataset) => (dataset.layer === 'bronze' ? [requestOf(dataset, lake)] : []));
}

// Everything that differs is to be told, not only what is new; whether a column may be gone depends on whether it was there.
function requestOf({ name, relation, sourceColumns, drift, fingerprint }: BronzeDataset, lake: LakeState): ContractRequest {
  const state = lake.get(name);
  const seen = state === undefined || state.fingerprint !== fingerprint ? {} : { seen: { columns: state.columns, described: [] } };
  return { dataset: name, relation, columns: sourceColumns, ...(drift === undefined ? {} : { drift: { ...drift, ...seen } }) };
}
