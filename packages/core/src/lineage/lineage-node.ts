import type { Place } from '../errors/snowmelt-error.ts';
import type { ColumnUse } from '../sql/lineage/flow.ts';

/** What stands at one place of a lineage: a column, a dataset, all rows of a dataset, or a column or table of the source. */
export type LineageThing =
  | { readonly kind: 'column'; readonly dataset: string; readonly column: string }
  | { readonly kind: 'dataset'; readonly dataset: string }
  | { readonly kind: 'rows'; readonly dataset: string }
  | { readonly kind: 'source'; readonly namespace: string; readonly table: string; readonly column?: string };

/** One place of a lineage with all that comes behind it, in the direction that was asked for. */
export type LineageNode = LineageThing & {
  /** How it acts on the place before, or is acted on by it; none: it is where the lineage begins. */
  readonly uses: readonly ColumnUse[];
  readonly masked?: true;
  /** Where it is declared. */
  readonly at?: Place;
  /** True: what is behind it was shown at its first place. */
  readonly repeated?: true;
  readonly next: readonly LineageNode[];
};

/** The name of a thing, for people. */
export function nameOfThing(thing: LineageThing): string {
  switch (thing.kind) {
    case 'column':
      return `${thing.dataset}.${thing.column}`;
    case 'dataset':
      return thing.dataset;
    case 'rows':
      return `${thing.dataset} (which rows)`;
    case 'source':
      return thing.column === undefined ? thing.table : `${thing.table}.${thing.column}`;
  }
}
