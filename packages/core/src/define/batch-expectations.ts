import * as z from 'zod';
import { severity } from './checks.ts';
import { lakeIdentifier } from './columns.ts';
import { duration } from './duration.ts';

const count = z.number().int().min(0);

/** How many rows one extraction brings. */
export const batchRows = z.strictObject({ min: count.optional(), max: count.optional(), severity });

/** How old the newest row may be when it has been read. */
export const batchFreshness = z.strictObject({
  /** A DATE or TIMESTAMP; default: the watermark. */
  column: lakeIdentifier.optional(),
  maxAge: duration,
  severity,
});
