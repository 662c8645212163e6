import * as z from 'zod';
import { isLakeIdentifier } from '../layout/dataset-name.ts';
import { parseColumnType } from '../sql/column-type.ts';

/** A text that says something. */
export const text = z.string().min(1, 'must not be empty');

/** A table or column name of the lake. */
export const lakeIdentifier = z
  .string()
  .refine(isLakeIdentifier, 'must be lower case: a letter, then letters, digits and single underscores');

/** A type in Snowflake's spelling, turned into a lake type. */
export const columnType = z.string().transform((spelling, context) => {
  const type = parseColumnType(spelling);
  if (type !== undefined) return type;
  context.addIssue({
    code: 'custom',
    message: `\`${spelling}\` is not a type of the lake; write it as Snowflake does, e.g. NUMBER(12,2), VARCHAR, TIMESTAMP_NTZ`,
  });
  return z.NEVER;
});

const silverDataset = z
  .string()
  .refine(
    (name) => name.startsWith('silver.') && isLakeIdentifier(name.slice('silver.'.length)),
    'must be a silver dataset, `silver.NAME`',
  );

/** How a text says what it means, for `parse`. */
const parsing = z.strictObject({
  /** Of a VARIANT, or a text that is JSON: where the value is, e.g. `$.buyer.emails[0]`. */
  json: text.optional(),
  /** How dates and times are written, as Snowflake says it, e.g. `DD/MM/YYYY HH24:MI`; of several, the first that fits. */
  format: z.union([text, z.array(text).min(1)]).optional(),
  /** How numbers are written. */
  number: z.strictObject({ decimal: z.string().length(1).default('.'), group: z.string().length(1).optional() }).optional(),
});

const protection = z.strictObject({
  method: z.enum(['hash', 'tokenize']),
  /** One of the pipeline's `keys`. */
  key: lakeIdentifier,
  /** What a token begins with, e.g. `cus_`. */
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,20}$/, 'must be letters, digits, `_` and `-`, at most 20')
    .optional(),
  /** How many hexadecimal digits a token has, 20 unless said. */
  digits: z.number().int().min(16).max(63).optional(),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** One cleaned column of a silver dataset. Rules apply in the order in which they are listed here. */
export const cleaningColumn = z.strictObject({
  /** Bronze column to start from; default: the column of the same name. */
  from: lakeIdentifier.optional(),
  /** Instead of `from`: an expression over the bronze columns, in Snowflake SQL. */
  expr: text.optional(),
  /** The name that it had before, so that a rename is not taken for a column that came and one that went. */
  renamedFrom: lakeIdentifier.optional(),
  /** The type to have; a value that cannot be cast is refused. */
  type: columnType,
  /** Gives texts that look alike one spelling: Unicode's normal form C. */
  normalize: z
    .literal('NFC', "must be 'NFC': the engines do not agree on other forms; replace single characters with `map` or `expr`")
    .optional(),
  /** Removes white space at both ends. */
  trim: z.boolean().optional(),
  /** Turns every run of white space into one blank. */
  collapseSpaces: z.boolean().optional(),
  case: z.enum(['upper', 'lower']).optional(),
  /** Replaces whole values. */
  map: z.record(z.string(), z.string().nullable()).optional(),
  /** Texts that mean "no value". The empty text is one of them if it is listed. */
  nullIf: z.array(z.string()).min(1).optional(),
  /** How to read the text before it is cast. */
  parse: parsing.optional(),
  /**
   * What becomes of a value that the type cannot hold as it is. `exact` (default): it is refused; `round`: numbers are rounded,
   * halves away from zero; `truncate`: the finer part of dates and times is cut off.
   */
  cast: z.enum(['exact', 'round', 'truncate']).optional(),
  /** What to put where there is no value. */
  default: scalar.optional(),
  /** No value is a reason to refuse the row. */
  required: z.boolean().optional(),
  /** The whole text must match this regular expression (RE2 syntax). */
  pattern: text.optional(),
  range: z.strictObject({ min: scalar.optional(), max: scalar.optional() }).optional(),
  accepted: z.array(scalar).min(1).optional(),
  /** Personal data: only a keyed hash of the value is kept, `hash` whole, `tokenize` shorter and with a prefix. Same value, same hash. */
  protect: protection.optional(),
  /** The value must be one of a column of another silver dataset. */
  reference: z.strictObject({ dataset: silverDataset, column: lakeIdentifier }).optional(),
  /** What a value that breaks a rule leads to: the row is set aside, the value becomes NULL, or the build stops. */
  onFail: z.enum(['quarantine', 'null', 'error']).default('quarantine'),
});
