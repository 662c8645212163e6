import type { FooterQuestion } from '../ports/measure.ts';

/** What a check that fails leads to. */
export type Severity = 'error' | 'warn' | 'quarantine';

/** A check as the graph knows it; its query is in the dataset's `checkScans` or its measure in `measurement`. */
export interface Check {
  readonly id: string;
  readonly severity: Severity;
  /** Its kind, as declared; absent for checks that Snowmelt adds. */
  readonly kind?: string;
  /** How what was found is judged; absent: the whole build must have no violation. */
  readonly expects?: Expectation;
}

/** How far a figure may be from the one of an earlier partition. */
export interface ChangeBound {
  readonly maxPercent: number;
  readonly direction: 'both' | 'drop' | 'rise';
  readonly against: 'previous' | 'replaced';
}

/** What makes a figure an anomaly. */
export interface AnomalyBound {
  readonly sensitivity: number;
  readonly history: number;
  readonly minHistory: number;
  readonly ignoreBelowPercent: number;
  readonly direction: 'both' | 'drop' | 'rise';
  readonly seasonality: 'none' | 'weekday';
}

/** A figure of a partition: its number of rows, or what was measured under `measure`. */
export interface FigureSource {
  readonly measure: string;
  readonly footer?: FooterQuestion;
  /** What it is called in messages, e.g. `mean(amount)`. */
  readonly title: string;
  /** True: in per cent of the partition's rows. */
  readonly isShare?: true;
  /** True: the figure is a value of a row, which no message may show. */
  readonly isValue?: true;
}

/** The measure that is the number of a partition's rows. */
export const ROWS = 'rows';

/** How a check is judged. */
export type Expectation =
  /** As many violations of each partition as are tolerated. */
  | { readonly kind: 'violations'; readonly measure: string; readonly maxRows?: number; readonly maxPercent?: number }
  /** As many violations of the whole build. */
  | { readonly kind: 'total'; readonly measure: string; readonly maxRows?: number }
  /** Known when the project is compiled. */
  | { readonly kind: 'fixed'; readonly violations: number; readonly detail?: string }
  /** A figure of each partition within bounds. */
  | {
      readonly kind: 'figure';
      readonly figure: FigureSource;
      readonly min?: number;
      readonly max?: number;
      readonly change?: ChangeBound;
      readonly anomaly?: AnomalyBound;
    }
  /** The newest value of the whole table, in seconds since 1970. */
  | { readonly kind: 'fresh'; readonly figure: FigureSource; readonly maxAgeSeconds: number };
