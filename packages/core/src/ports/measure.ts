import type { LogicalDate } from '../layout/logical-date.ts';
import type { Column } from '../sql/column-type.ts';
import type { RenderedSql } from '../sql/text.ts';

/** A question that what is recorded of a partition's files may answer, so that no row has to be read. */
export type FooterQuestion =
  | { readonly kind: 'nulls'; readonly column: string }
  /** How many values lie outside: answered only where none does. */
  | { readonly kind: 'outside'; readonly column: Column; readonly min?: string; readonly max?: string }
  /** The least or greatest value, as a number; of dates and times in seconds since 1970. */
  | { readonly kind: 'min' | 'max'; readonly column: Column };

/** A figure of the rows of a partition. */
export interface Measure {
  readonly id: string;
  /** An aggregate over `_rows`: a number, or NULL. */
  readonly sql: RenderedSql;
  readonly footer?: FooterQuestion;
}

/** Figures that one scan of `_rows` gives, for all rows or for each `_day`. */
export interface Measurement {
  readonly byDay: boolean;
  readonly measures: readonly Measure[];
}

/** The figures of the rows of one day; without `day`, of all rows. */
export interface DayFigures {
  readonly day?: LogicalDate;
  readonly figures: Readonly<Record<string, number | null>>;
}
