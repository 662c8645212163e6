import * as z from 'zod';
import { batchFreshness, batchRows } from './batch-expectations.ts';
import { bronzeColumn } from './bronze-column.ts';
import { check } from './checks.ts';
import { cleaningColumn, lakeIdentifier, text } from './columns.ts';
import { duration } from './duration.ts';
import { contract, evolution, renamed } from './evolution.ts';
import { lineage } from './lineage.ts';
import { secret } from './secret.ts';
import { snowflakeSource } from './snowflake-source.ts';
import { csvFormat, duckdbSource, filesSource } from './sources.ts';

/** One extract from the source. */
const bronze = z.strictObject({
  description: z.string().optional(),
  /** A table of the source, or files: a path or a pattern … */
  table: text.optional(),
  /** … or a query in the source's dialect. */
  query: text.optional(),
  /** How CSV files are written. */
  format: csvFormat.optional(),
  columns: z.record(lakeIdentifier, bronzeColumn),
  evolution,
  key: z.array(lakeIdentifier).min(1).optional(),
  /**
   * `full`: the whole table every time; `window`: what the watermark says is new; `changes`: what Snowflake says has changed,
   * deletes included; `keys-diff`: a window, and the keys that are no longer there.
   */
  mode: z.enum(['full', 'window', 'changes', 'keys-diff']),
  watermark: lakeIdentifier.optional(),
  /** The window ends this long before the source's clock, so that transactions that commit late are not lost. */
  lag: duration.default('0 seconds'),
  nullWatermark: z.enum(['fail', 'exclude']).optional(),
  /** For `changes`: when Snowflake no longer knows what changed, read the whole table again and say so, or fail. */
  onGap: z.enum(['reextract', 'fail']).optional(),
  /** How rows leave the source: `unload` writes to its `stage`, `raw` fetches results, `rows` those of a look-up, `auto` decides by size. `chunks` fetches as drivers do. */
  transport: z.enum(['auto', 'raw', 'unload', 'rows', 'chunks']).default('auto'),
  /** So many statements read the table, at the same time and as it was at one instant. */
  slices: z.number().int().min(2).max(64).optional(),
  /** What becomes of the extract when the source's columns change. */
  drift: z.enum(['freeze', 'evolve', 'quarantine']).default('freeze'),
  /** For `drift: 'quarantine'`: more refused rows than this share of what was read stop the extract. */
  quarantine: z.strictObject({ maxPercent: z.number().min(0).max(100) }).optional(),
  rows: batchRows.optional(),
  freshness: batchFreshness.optional(),
  /** How the rows that arrived are compared with the source before they are committed: by hashes of all values, by counts, not at all. */
  reconcile: z.enum(['hash', 'count', 'off']).default('hash'),
});

const model = {
  description: z.string().optional(),
  kind: z.enum(['snapshot', 'event']),
  /** For `event`: the column whose day says which partition a row belongs to. */
  eventTime: lakeIdentifier.optional(),
  key: z.array(lakeIdentifier).min(1).optional(),
  checks: z.array(check).default([]),
  /** More refused rows than this share of what was read stop the build. */
  quarantine: z.strictObject({ maxPercent: z.number().min(0).max(100) }).optional(),
  evolution,
  renamed,
};

/** A cleaned dataset: rules over one bronze dataset, or a SQL model. */
const silver = z.strictObject({
  ...model,
  /** `history`: all versions of every row, with `valid_from`, `valid_to` and `is_current`. */
  kind: z.enum(['snapshot', 'event', 'history']),
  from: text.optional(),
  sql: text.optional(),
  columns: z.record(lakeIdentifier, cleaningColumn).optional(),
  /** With `key`: of several rows of a key, the one with the greatest value stays. */
  version: lakeIdentifier.optional(),
  /** Rows that agree in these columns are copies of one another; one stays. */
  distinct: z.array(lakeIdentifier).min(1).optional(),
});

const gold = z.strictObject({
  ...model,
  /** `keyed`: one row per key, of which only those are recomputed whose inputs changed. */
  kind: z.enum(['snapshot', 'event', 'keyed']),
  sql: text,
  /** For `keyed`: in how many files the rows are, by a hash of the key; default: as their number demands. */
  buckets: z.number().int().min(1).max(1024).optional(),
  contract,
});

/** The whole declaration, as parsed by `parsePipeline`. */
export const pipelineSchema = z.strictObject({
  name: lakeIdentifier,
  source: z.discriminatedUnion('kind', [snowflakeSource, filesSource, duckdbSource], {
    error: 'must have a `kind`: `snowflake`, `files` or `duckdb`',
  }),
  bronze: z.record(lakeIdentifier, bronze),
  /** Secrets by which personal data is protected: where they are kept, never the secrets. */
  keys: z.record(lakeIdentifier, secret).default({}),
  silver: z.record(lakeIdentifier, silver).default({}),
  gold: z.record(lakeIdentifier, gold).default({}),
  /** When the pipeline is due; `status` shows it, the deployment installs it. */
  schedule: z.strictObject({ cron: text, timeZone: text.default('UTC') }).optional(),
  /** Where events about runs go that other tools understand. */
  lineage: lineage.optional(),
  /** How long versions that are no longer current stay readable before `vacuum` removes their files. */
  retention: z.strictObject({ days: z.number().int().min(1) }).default({ days: 30 }),
});

// What is declared is only read: parts of it may be constants.
type Constant<T> = T extends readonly (infer E)[]
  ? readonly Constant<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Constant<T[K]> }
    : T;

/** The declaration as a user writes it. */
export type PipelineDeclaration = Constant<z.input<typeof pipelineSchema>>;
/** The declaration with defaults and parsed types. */
export type Pipeline = z.output<typeof pipelineSchema>;
export type BronzeDefinition = Pipeline['bronze'][string];
export type SilverDefinition = Pipeline['silver'][string];
export type GoldDefinition = Pipeline['gold'][string];
export type CleaningColumn = z.output<typeof cleaningColumn>;
export type CheckDefinition = z.output<typeof check>;
