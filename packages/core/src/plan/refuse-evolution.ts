import type { Graph, GraphDataset } from '../compile/graph.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { TableState } from '../lake/commit.ts';
import type { LakeState } from '../lake/published.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { type ColumnChange, describeChange, describeEvolution, type TableEvolution } from './evolution.ts';

/** The errors of all changes that a dataset's policy or contract does not allow: evolution/refused, evolution/protected-column. */
export function evolutionErrors(graph: Graph, lake: LakeState, only?: ReadonlySet<DatasetName>): readonly SnowmeltError[] {
  const tables = new Map(describeEvolution(graph, lake, only).map((table) => [table.dataset, table]));
  return graph.datasets.flatMap((dataset) => {
    const state = lake.get(dataset.name);
    if (state === undefined || only?.has(dataset.name) === false) return [];
    const table = tables.get(dataset.name);
    return [...policyErrors(dataset, table), ...contractErrors(dataset, state, table?.changes ?? [])];
  });
}

const COMPATIBLE: ReadonlySet<ColumnChange['kind']> = new Set(['added', 'widened']);

function policyErrors({ name, evolution, file }: GraphDataset, table: TableEvolution | undefined): readonly SnowmeltError[] {
  const policy = evolution?.policy ?? 'any';
  if (table === undefined || policy === 'any') return [];
  const refused = table.changes.filter(({ kind }) => policy === 'freeze' || !COMPATIBLE.has(kind));
  if (refused.length === 0) return [];
  return [
    new SnowmeltError('evolution/refused', {
      message: `The columns of ${name} may not change like this (evolution: ${policy}): ${refused.map(describeChange).join(', ')}.`,
      hint: `Undo the change, or declare \`evolution: '${refused.every(({ kind }) => COMPATIBLE.has(kind)) ? 'compatible' : 'any'}'\` for ${name}.`,
      at: { ...(file === undefined ? {} : { file }), dataset: name },
    }),
  ];
}

function contractErrors(
  dataset: GraphDataset,
  { contract: before }: TableState,
  changes: readonly ColumnChange[],
): readonly SnowmeltError[] {
  if (before === undefined) return [];
  const now = dataset.layer === 'gold' ? dataset.contract : undefined;
  if (now !== undefined && now.version > before.version) return [];
  const broken = changes.flatMap((change) => {
    const name = change.kind === 'renamed' ? (change.before ?? '') : change.column;
    return change.kind !== 'added' && before.protected.includes(name) ? [describeChange(change)] : [];
  });
  const freed = before.protected.filter((column) => now?.protected.includes(column) !== true);
  const withdrawn = freed.filter((column) => !changes.some((change) => change.column === column || change.before === column));
  const lowered =
    now !== undefined && now.version < before.version ? [`its version went back from ${before.version} to ${now.version}`] : [];
  const all = [...lowered, ...broken, ...withdrawn.map((column) => `\`${column}\` is protected no more`)];
  if (all.length === 0) return [];
  return [
    new SnowmeltError('evolution/protected-column', {
      message: `The contract of ${dataset.name} (version ${before.version}) does not allow this: ${all.join(', ')}.`,
      hint: `Undo it; or agree with whoever reads it, and declare \`contract: { version: ${before.version + 1}, … }\`.`,
      at: { ...(dataset.file === undefined ? {} : { file: dataset.file }), dataset: dataset.name },
    }),
  ];
}
