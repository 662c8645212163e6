import * as z from 'zod';
import { columnType, lakeIdentifier, text } from './columns.ts';
import { duration } from './duration.ts';

/** What a check that fails leads to: `error` publishes nothing, `warn` reports. */
export const severity = z.enum(['error', 'warn']).default('error');
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const percent = z.number().min(0).max(100);
const count = z.number().int().min(0);

/** Of a check of a dataset's rows: `quarantine` also sets the bad rows aside, and publishes the others. */
const checkSeverity = z.enum(['error', 'warn', 'quarantine']).default('error');

/** How many rows may break a check of single rows: a number, a share of the partition's rows, or both. */
const tolerance = { maxRows: count.optional(), maxPercent: percent.optional() };

/** How far a figure may be from that of the last good partition. */
const change = z.strictObject({
  maxPercent: z.number().min(0),
  /** Which way: a `drop` or a `rise` alone, or both. */
  direction: z.enum(['both', 'drop', 'rise']).default('both'),
  /** The published partition of the day before, or the one that is about to be replaced. */
  against: z.enum(['previous', 'replaced']).default('previous'),
});

/** A figure of the rows of a partition. */
const METRICS = ['rowCount', 'nullRate', 'mean', 'sum', 'min', 'max', 'distinct'] as const;
const AGGREGATES = ['mean', 'sum', 'min', 'max', 'distinct'] as const;

/** An expectation about a dataset's new rows, judged before they are published. */
export const check = z.discriminatedUnion('kind', [
  /** The columns and their types. */
  z.strictObject({
    kind: z.literal('schema'),
    columns: z.record(lakeIdentifier, columnType),
    /** `exactly` these columns, or `atLeast` these. */
    match: z.enum(['exactly', 'atLeast']).default('exactly'),
    severity: checkSeverity,
  }),
  z.strictObject({ kind: z.literal('notNull'), column: lakeIdentifier, ...tolerance, severity: checkSeverity }),
  z.strictObject({ kind: z.literal('unique'), columns: z.array(lakeIdentifier).min(1), severity: checkSeverity }),
  z.strictObject({
    kind: z.literal('acceptedValues'),
    column: lakeIdentifier,
    values: z.array(scalar).min(1),
    ...tolerance,
    severity: checkSeverity,
  }),
  z.strictObject({
    kind: z.literal('range'),
    column: lakeIdentifier,
    min: scalar.optional(),
    max: scalar.optional(),
    ...tolerance,
    severity: checkSeverity,
  }),
  z.strictObject({ kind: z.literal('pattern'), column: lakeIdentifier, pattern: text, ...tolerance, severity: checkSeverity }),
  /** Every value is one of another dataset's. */
  z.strictObject({
    kind: z.literal('relationship'),
    column: lakeIdentifier,
    /** The other dataset: silver or gold. */
    to: text,
    /** Its column; default: the one of the same name. */
    toColumn: lakeIdentifier.optional(),
    ...tolerance,
    severity: checkSeverity,
  }),
  z.strictObject({
    kind: z.literal('rowCount'),
    min: count.optional(),
    max: count.optional(),
    change: change.optional(),
    severity: checkSeverity,
  }),
  /** How old the newest value may be at the end of the logical date. */
  z.strictObject({ kind: z.literal('freshness'), column: lakeIdentifier, maxAge: duration, severity: checkSeverity }),
  /** A figure of all values of a column. */
  z.strictObject({
    kind: z.literal('aggregate'),
    column: lakeIdentifier,
    function: z.enum(AGGREGATES),
    min: z.number().optional(),
    max: z.number().optional(),
    change: change.optional(),
    severity: checkSeverity,
  }),
  /** A figure that is not what the partitions before let expect: so many robust deviations away from their median. */
  z.strictObject({
    kind: z.literal('anomaly'),
    metric: z.enum(METRICS),
    column: lakeIdentifier.optional(),
    sensitivity: z.number().positive().default(4),
    /** How many partitions before are looked at, and how many there must be. */
    history: count.min(3).default(28),
    minHistory: count.min(3).default(7),
    /** What is nearer to the median than this is never an anomaly. */
    ignoreBelowPercent: z.number().min(0).default(5),
    direction: z.enum(['both', 'drop', 'rise']).default('both'),
    /** `weekday`: only partitions of the same day of the week are looked at. */
    seasonality: z.enum(['none', 'weekday']).default('none'),
    severity: z.enum(['error', 'warn', 'quarantine']).default('warn'),
  }),
  /** In Snowflake SQL: a condition that every row must meet, or a query that gives the rows that should not be there. */
  z.strictObject({
    kind: z.literal('sql'),
    name: lakeIdentifier,
    condition: text.optional(),
    query: text.optional(),
    ...tolerance,
    severity: checkSeverity,
  }),
]);
