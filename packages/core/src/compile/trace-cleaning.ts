import type { CleaningColumn } from '../define/pipeline-schema.ts';
import type { ColumnSource, DatasetBase } from '../layers/dataset-base.ts';
import type { CleanedColumn } from '../layers/silver/cleaning.ts';
import type { SilverOrigin } from '../layers/silver/silver-dataset.ts';
import { isSameType } from '../sql/column-type.ts';
import { type ColumnUse, type Flow, identityFlow, mask, mergeFlows, passOn } from '../sql/lineage/flow.ts';
import { type TracedLineage, toFlow, toSources } from './trace-model.ts';

/** How rows are told apart and which of them stays. */
interface Merging {
  readonly key?: readonly string[] | undefined;
  readonly version?: string | undefined;
  readonly distinct?: readonly string[] | undefined;
}
type ModelLineage = Pick<TracedLineage, 'lineage' | 'rowLineage'> | undefined;

// Rules that leave a value as it is; any other may change it.
const ONLY_JUDGE = new Set(['from', 'expr', 'type', 'cast', 'onFail', 'required', 'pattern', 'range', 'accepted', 'reference']);
// Rules that never refuse a row; any other may.
const NEVER_REFUSE = new Set('from expr type cast onFail normalize trim collapseSpaces case map nullIf default protect'.split(' '));

/** Traces the columns of a cleaned dataset through its rules. `model`: what is cleaned, if that is a model. */
export function lineageOf(origin: SilverOrigin, columns: readonly CleanedColumn[], model: ModelLineage): DatasetBase['lineage'] {
  return Object.fromEntries(columns.map((column) => [column.name, toSources(flowOf(column, origin, model))]));
}

/** Traces the choice of a cleaned dataset's rows: what is refused, and which of several rows that are the same stays. */
export function rowLineageOf(
  origin: SilverOrigin,
  columns: readonly CleanedColumn[],
  model: ModelLineage,
  { key = [], distinct = [] }: Merging,
): readonly ColumnSource[] {
  const flows = new Map(columns.map((column) => [column.name, flowOf(column, origin, model)]));
  const used = (names: readonly string[], use: ColumnUse): Flow => passOn(mergeFlows(...names.map((name) => flows.get(name) ?? [])), use);
  const refusing = columns.filter(mayRefuse);
  const apart = [...key, ...distinct];
  // The greatest stays, by its version and then by all other columns.
  const ranked = apart.length === 0 ? [] : columns.map(({ name }) => name).filter((name) => !apart.includes(name));
  const rows = mergeFlows(
    toFlow(model?.rowLineage ?? []),
    used(
      refusing.map(({ name }) => name),
      'filter',
    ),
    passOn(mergeFlows(...refusing.map(({ rules }) => referenceOf(rules))), 'filter'),
    used(apart, 'group-by'),
    used(ranked, 'sort'),
  );
  return toSources(rows);
}

function flowOf(column: CleanedColumn, origin: SilverOrigin, model: ModelLineage): Flow {
  const read = column.startFlow.map((edge) => {
    const before = origin.kind === 'bronze' ? identityFlow(origin.dataset, edge.column) : toFlow(model?.lineage[edge.column] ?? []);
    const passed = passOn(before, edge.use);
    return edge.masked ? mask(passed) : passed;
  });
  const rules = rulesOf(column.rules);
  const isNulled = nullsSome(column);
  const isChanged = isNulled || !isSameType(column.startType, column.rules.type) || rules.some((rule) => !ONLY_JUDGE.has(rule));
  const changed = isChanged ? passOn(mergeFlows(...read), 'transformation') : mergeFlows(...read);
  const values = column.rules.protect === undefined ? changed : mask(changed);
  return isNulled ? mergeFlows(values, passOn(referenceOf(column.rules), 'conditional')) : values;
}

function mayRefuse({ rules, startType }: CleanedColumn): boolean {
  if (rules.onFail !== 'quarantine') return false;
  return !isSameType(startType, rules.type) || rulesOf(rules).some((rule) => !NEVER_REFUSE.has(rule));
}

// A value that breaks a rule becomes NULL.
function nullsSome({ rules }: CleanedColumn): boolean {
  return rules.onFail === 'null' && rulesOf(rules).some((rule) => !NEVER_REFUSE.has(rule));
}

// The column that values are looked up in, where there is such a rule.
function referenceOf({ reference }: CleaningColumn): Flow {
  return reference === undefined ? [] : identityFlow(reference.dataset, reference.column);
}

function rulesOf(rules: CleaningColumn): readonly string[] {
  return Object.entries(rules).flatMap(([name, value]) => (value === undefined || value === false ? [] : [name]));
}
