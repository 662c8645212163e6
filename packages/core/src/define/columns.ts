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
  /** Removes white space at both ends. */
  trim: z.boolean().optional(),
  /** Turns every run of white space into one blank. */
  collapseSpaces: z.boolean().optional(),
  case: z.enum(['upper', 'lower']).optional(),
  /** Replaces whole values. */
  map: z.record(z.string(), z.string().nullable()).optional(),
  /** Texts that mean "no value". The empty text is one of them if it is listed. */
  nullIf: z.array(z.string()).min(1).optional(),
  /** What to put where there is no value. */
  default: scalar.optional(),
  /** No value is a reason to refuse the row. */
  required: z.boolean().optional(),
  /** The whole text must match this regular expression (RE2 syntax). */
  pattern: text.optional(),
  range: z.strictObject({ min: scalar.optional(), max: scalar.optional() }).optional(),
  accepted: z.array(scalar).min(1).optional(),
  /** What a value that breaks a rule leads to: the row is set aside, the value becomes NULL, or the build stops. */
  onFail: z.enum(['quarantine', 'null', 'error']).default('quarantine'),
});
