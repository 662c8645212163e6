import * as z from 'zod';
import { text } from '../define/columns.ts';

const scalar = z.union([z.string(), z.number(), z.bigint(), z.boolean(), z.date()]).transform((value) => {
  if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('Z', '');
  return String(value);
});
const json = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).transform((value) => JSON.stringify(value));
const row = z.record(z.string(), z.union([z.null(), scalar, json]));
// In YAML and JSON every value comes as text.
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);

/** One test as a file has it. */
export const testSchema = z.strictObject({
  name: text,
  dataset: text,
  date: z.string().optional(),
  given: z.record(z.string(), z.array(row)),
  expect: z.strictObject({
    rows: z.array(row).optional(),
    refused: z.array(row).optional(),
    ordered: flag.default(false),
    checks: z.array(text).optional(),
  }),
});
