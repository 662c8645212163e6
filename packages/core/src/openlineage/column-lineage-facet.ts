import type { GraphDataset } from '../compile/graph.ts';
import type { ColumnSource } from '../layers/dataset-base.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { SourceName } from '../lineage/source-name.ts';
import { type ColumnUse, isDirect } from '../sql/lineage/flow.ts';

/** Names datasets of the lake and what bronze is read from. */
export interface Naming {
  lake(dataset: DatasetName): SourceName;
  source(dataset: DatasetName): SourceName | undefined;
}

interface InputField extends SourceName {
  readonly field: string;
  readonly transformations: readonly Readonly<Record<'type' | 'subtype' | 'description', string> & { masking: boolean }>[];
}

/** The content of the facet `columnLineage`: where each column comes from, and what decides over all rows. */
export function columnLineage(dataset: GraphDataset, naming: Naming): Readonly<Record<string, unknown>> {
  if (dataset.layer === 'bronze') return { fields: extracted(dataset, naming) };
  const fields = Object.entries(dataset.lineage).map(([column, sources]) => [column, { inputFields: sources.map(inputField(naming)) }]);
  return { fields: Object.fromEntries(fields), dataset: (dataset.rowLineage ?? []).map(inputField(naming)) };
}

function extracted(dataset: GraphDataset & { readonly layer: 'bronze' }, naming: Naming): Readonly<Record<string, unknown>> {
  const table = naming.source(dataset.name);
  if (table === undefined) return {};
  const fields = dataset.sourceColumns.map(({ name, source }) => [
    name,
    { inputFields: [{ ...table, field: source, transformations: [transformation('identity', false)] }] },
  ]);
  return Object.fromEntries(fields);
}

function inputField(naming: Naming): (source: ColumnSource) => InputField {
  return ({ dataset, column, uses, masked }) => ({
    ...naming.lake(dataset),
    field: column,
    transformations: uses.map((use) => transformation(use, masked === true && isDirect(use))),
  });
}

function transformation(use: ColumnUse, masking: boolean): InputField['transformations'][number] {
  const subtype = use.toUpperCase().replace('-', '_');
  return { type: isDirect(use) ? 'DIRECT' : 'INDIRECT', subtype, description: '', masking };
}
