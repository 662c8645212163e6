import { type Graph, type GraphDataset, shapeOf } from '../compile/graph.ts';
import type { TableState } from '../lake/commit.ts';
import type { LakeState } from '../lake/published.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { type Column, type ColumnType, renderColumnType } from '../sql/column-type.ts';
import { compareTypes } from '../sql/type-change.ts';
import { affectedBy } from './affected.ts';

/** How a column differs from what the lake has. */
export interface ColumnChange {
  readonly kind: 'added' | 'dropped' | 'renamed' | 'widened' | 'narrowed' | 'retyped';
  readonly column: string;
  /** The name that it had. */
  readonly before?: string;
  readonly from?: ColumnType;
  readonly to?: ColumnType;
}

/** How a table of the lake will change when it is built as it is declared now. */
export interface TableEvolution {
  readonly dataset: DatasetName;
  /** The version that it is compared with. */
  readonly version: number;
  readonly changes: readonly ColumnChange[];
  /** Columns (`layer.table.column`), or datasets, whose values come from the changed columns or depend on them. */
  readonly affected: readonly string[];
  /** What becomes of what there is, in words. */
  readonly history: string;
}

/** Compares the declared columns of every dataset with those of its table in the lake. Pure. */
export function describeEvolution(graph: Graph, lake: LakeState, only?: ReadonlySet<DatasetName>): readonly TableEvolution[] {
  return graph.datasets.flatMap((dataset) => {
    const state = lake.get(dataset.name);
    if (state === undefined || state.version === 0 || only?.has(dataset.name) === false) return [];
    if (state.fingerprint === dataset.fingerprint) return [];
    const changes = columnChanges(columnsBefore(dataset, state), dataset.columns, dataset.evolution?.renamed ?? {});
    if (changes.length === 0) return [];
    const touched = changes.filter(({ kind }) => kind !== 'added' && kind !== 'dropped').map(({ column }) => column);
    return [
      {
        dataset: dataset.name,
        version: state.version,
        changes,
        affected: affectedBy(graph, dataset.name, touched),
        history: historyOf(dataset, state),
      },
    ];
  });
}

// What came to an extract with its source was never declared, so it is not taken away either.
function columnsBefore(dataset: GraphDataset, { columns, definition }: TableState): readonly Column[] {
  if (dataset.layer !== 'bronze' || definition === undefined || dataset.drift?.policy !== 'evolve') return columns;
  return columns.filter(({ name }) => definition[`column ${name}`] !== undefined || dataset.columns.some((column) => column.name === name));
}

/** A change in a few words. */
export function describeChange({ kind, column, before, from, to }: ColumnChange): string {
  const spell = (type: ColumnType | undefined) => (type === undefined ? '' : renderColumnType(type, 'snowflake'));
  if (kind === 'renamed') return `\`${before}\` renamed to \`${column}\``;
  if (kind === 'added' || kind === 'dropped') return `\`${column}\` ${kind} (${spell(to ?? from)})`;
  return `\`${column}\` ${kind} from ${spell(from)} to ${spell(to)}`;
}

/** Compares two lists of columns; their order says nothing. */
export function columnChanges(
  before: readonly Column[],
  after: readonly Column[],
  renamed: Readonly<Record<string, string>>,
): readonly ColumnChange[] {
  const was = new Map(before.map(({ name, type }) => [name, type]));
  const names = new Set(after.map(({ name }) => name));
  const gone = new Set(before.map(({ name }) => name).filter((name) => !names.has(name)));
  const changes = after.flatMap(({ name, type }): ColumnChange[] => {
    const old = was.has(name) ? undefined : renamed[name];
    const from = was.get(old !== undefined && gone.has(old) ? old : name);
    if (from === undefined) return [{ kind: 'added', column: name, to: type }];
    const change = compareTypes(from, type);
    const retyped: ColumnChange[] = change === 'same' ? [] : [{ kind: change, column: name, from, to: type }];
    if (old === undefined || !gone.delete(old)) return retyped;
    return [{ kind: 'renamed', column: name, before: old, to: type }, ...retyped];
  });
  return [...changes, ...[...gone].map((name): ColumnChange => dropped(name, was.get(name)))];
}

function dropped(column: string, from: ColumnType | undefined): ColumnChange {
  return { kind: 'dropped', column, ...(from === undefined ? {} : { from }) };
}

function historyOf(dataset: GraphDataset, { partitions }: TableState): string {
  if (dataset.layer === 'bronze') return 'the extract is read again from the beginning, in place of what there is';
  const days = `${partitions.size} ${partitions.size === 1 ? 'day' : 'days'}`;
  if (shapeOf(dataset) === 'event') return `all ${days} are made again from ${dataset.inputs.join(', ')}`;
  return 'the snapshot of the run is made again; those of other days keep the columns that they have';
}
