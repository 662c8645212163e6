import type { CleaningColumn } from '../define/pipeline-schema.ts';
import type { Place } from '../errors/snowmelt-error.ts';
import type { CleanedColumn } from '../layers/silver/cleaning.ts';
import type { SilverOrigin } from '../layers/silver/silver-dataset.ts';
import { isSameType } from '../sql/column-type.ts';
import { type ColumnUse, type Flow, mask, mergeFlows, passOn } from '../sql/lineage/flow.ts';
import { type TracedLineage, toFlow, toSources } from './trace-model.ts';

/** A cleaned dataset as its lineage sees it. */
export interface Cleaning {
  readonly origin: SilverOrigin;
  readonly columns: readonly CleanedColumn[];
  /** The lineage of the model that is cleaned, if it is one. */
  readonly model: TracedLineage | undefined;
  /** How rows are told apart and which of them stays. */
  readonly merge: {
    readonly key?: readonly string[] | undefined;
    readonly version?: string | undefined;
    readonly distinct?: readonly string[] | undefined;
  };
  readonly place: (column: string) => Place;
}

// Rules that leave a value as it is; any other may change it.
const ONLY_JUDGE = new Set(['from', 'expr', 'type', 'cast', 'onFail', 'required', 'pattern', 'range', 'accepted', 'reference']);
// Rules that never refuse a row; any other may.
const NEVER_REFUSE = new Set('from expr type cast onFail normalize trim collapseSpaces case map nullIf default protect'.split(' '));

/** Traces a cleaned dataset's columns through its rules, and the choice of its rows: what is refused and what is a copy. */
export function traceCleaning({ origin, columns, model, merge, place }: Cleaning): TracedLineage {
  const flows = new Map(columns.map((column) => [column.name, flowOf(column, origin, model)]));
  const used = (names: readonly string[] | undefined, use: ColumnUse): Flow =>
    passOn(mergeFlows(...(names ?? []).map((name) => flows.get(name) ?? [])), use);
  const refusing = columns.filter(mayRefuse).map(({ name }) => name);
  const apart = [...(merge.key ?? []), ...(merge.distinct ?? [])];
  // Of rows that are the same the greatest stays, by its version and then by all other columns.
  const ranked = apart.length === 0 ? [] : columns.map(({ name }) => name).filter((name) => !apart.includes(name));
  const known = columns.filter(mayRefuse).flatMap(({ rules }) => knownValues(rules));
  const rows = mergeFlows(toFlow(model?.rowLineage ?? []), known, used(refusing, 'filter'), used(apart, 'group-by'), used(ranked, 'sort'));
  return {
    lineage: Object.fromEntries([...flows].map(([name, flow]) => [name, toSources(flow)])),
    rowLineage: toSources(rows),
    columnPlaces: Object.fromEntries(columns.map(({ name }) => [name, place(name)])),
  };
}

function flowOf(column: CleanedColumn, origin: SilverOrigin, model: TracedLineage | undefined): Flow {
  const read = mergeFlows(
    ...column.startFlow.map((edge) => {
      const before: Flow =
        origin.kind === 'bronze' ? [{ ...edge, table: origin.dataset, use: 'identity' }] : toFlow(model?.lineage[edge.column] ?? []);
      const passed = passOn(before, edge.use);
      return edge.masked ? mask(passed) : passed;
    }),
  );
  const rules = rulesOf(column.rules);
  const isChanged = !isSameType(column.startType, column.rules.type) || rules.some((rule) => !ONLY_JUDGE.has(rule)) || nullsSome(column);
  const changed = isChanged ? passOn(read, 'transformation') : read;
  return column.rules.protect === undefined ? changed : mask(changed);
}

function knownValues({ reference }: CleaningColumn): Flow {
  return reference === undefined ? [] : [{ table: reference.dataset, column: reference.column, use: 'filter', masked: false }];
}

function mayRefuse({ rules, startType }: CleanedColumn): boolean {
  if (rules.onFail !== 'quarantine') return false;
  return !isSameType(startType, rules.type) || rulesOf(rules).some((rule) => !NEVER_REFUSE.has(rule));
}

// A value that breaks a rule becomes NULL.
function nullsSome({ rules }: CleanedColumn): boolean {
  return rules.onFail === 'null' && rulesOf(rules).some((rule) => !NEVER_REFUSE.has(rule));
}

function rulesOf(rules: CleaningColumn): readonly string[] {
  return Object.entries(rules).flatMap(([name, value]) => (value === undefined || value === false ? [] : [name]));
}
