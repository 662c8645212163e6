import { findDataset, type Graph, type GraphDataset, readsOf, shapeOf } from '../compile/graph.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { type LakeState, publishedDays } from '../lake/published.ts';
import { type DatasetName, tableOf } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import { isSameType } from '../sql/column-type.ts';

/** What is selected, and the date that it is made for. */
export interface UnreadyScope {
  readonly only: ReadonlySet<DatasetName>;
  readonly day: LogicalDate;
}

/**
 * Refuses to make a dataset of inputs, or to check it against others, that a selection leaves out although the lake does not have them, or has them with other
 * columns than its rows would be read with.
 * @throws run/input-not-ready
 */
export function refuseUnreadyInputs(graph: Graph, dataset: GraphDataset, lake: LakeState, { only, day }: UnreadyScope): void {
  for (const name of readsOf(dataset)) {
    const input = findDataset(graph, name);
    const why = input === undefined || only.has(name) ? undefined : whyUnready(input, lake, day);
    if (why === undefined) continue;
    throw new SnowmeltError('run/input-not-ready', {
      message: `${dataset.name} reads ${name}, which is not selected and ${why}.`,
      hint: `Select it as well, with what it is made from: \`--select +${tableOf(dataset.name)}\`.`,
      at: { dataset: dataset.name },
    });
  }
}

function whyUnready(input: GraphDataset, lake: LakeState, day: LogicalDate): string | undefined {
  const state = lake.get(input.name);
  if (state === undefined || state.version === 0) return input.layer === 'bronze' ? 'was never extracted' : 'was never built';
  const seen = shapeOf(input) === 'snapshot' ? publishedDays(state, 'snapshot', day).map((of) => state.partitions.get(of)) : [];
  if (seen.some((entry) => entry?.fingerprint !== state.fingerprint)) return `has a snapshot of that day by an earlier definition`;
  if (state.fingerprint === input.fingerprint) return undefined;
  const built = new Map(state.columns.map(({ name, type }) => [name, type]));
  const differing = input.columns.filter(({ name, type }) => {
    const before = built.get(name);
    return before === undefined || !isSameType(before, type);
  });
  if (differing.length === 0) return undefined;
  return `was built with other columns (${differing.map(({ name }) => name).join(', ')})`;
}
