import * as z from 'zod';
import { lakeIdentifier, text } from './columns.ts';

/** What a check that fails leads to: `error` publishes nothing, `warn` reports. */
export const severity = z.enum(['error', 'warn']).default('error');
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** An expectation about a dataset's new rows, judged before they are published. */
export const check = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('notNull'), column: lakeIdentifier, severity }),
  z.strictObject({ kind: z.literal('unique'), columns: z.array(lakeIdentifier).min(1), severity }),
  z.strictObject({ kind: z.literal('acceptedValues'), column: lakeIdentifier, values: z.array(scalar).min(1), severity }),
  z.strictObject({ kind: z.literal('range'), column: lakeIdentifier, min: scalar.optional(), max: scalar.optional(), severity }),
  z.strictObject({ kind: z.literal('pattern'), column: lakeIdentifier, pattern: text, severity }),
  z.strictObject({
    kind: z.literal('rowCount'),
    min: z.number().int().min(0).optional(),
    max: z.number().int().min(0).optional(),
    severity,
  }),
  /** A condition in Snowflake SQL that every row must meet. */
  z.strictObject({ kind: z.literal('sql'), name: lakeIdentifier, condition: text, severity }),
]);
