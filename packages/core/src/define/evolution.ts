import * as z from 'zod';
import { lakeIdentifier } from './columns.ts';

/**
 * Which changes of its columns a table of the lake may go through: `any`; `compatible`: columns may come and types may grow;
 * `freeze`: none.
 */
export const evolution = z.enum(['any', 'compatible', 'freeze']).optional();

/** Columns of a model that had another name: the new name, then the old one. */
export const renamed = z.record(lakeIdentifier, lakeIdentifier).optional();

/** What others rely on: these columns keep name and type until the version is a higher one. */
export const contract = z.strictObject({ version: z.number().int().min(1), protected: z.array(lakeIdentifier).min(1) }).optional();
