import * as z from 'zod';
import type { NanosecondPolicy, OffsetPolicy } from '../ports/source.ts';
import type { ColumnType } from '../sql/column-type.ts';
import { columnType, text } from './columns.ts';

/** A bronze column as declared. */
export interface BronzeColumn {
  readonly type: ColumnType;
  readonly source?: string | undefined;
  readonly nanoseconds?: NanosecondPolicy | 'refuse' | undefined;
  readonly offset?: OffsetPolicy | undefined;
  readonly required?: boolean | undefined;
  readonly personal?: boolean | undefined;
}

/** A bronze column: a type, or a type and where and how its values come. */
export const bronzeColumn = z.union([
  columnType.transform((type): BronzeColumn => ({ type })),
  z.strictObject({
    type: columnType,
    /** The column's name in the source, exactly as stored there. */
    source: text.optional(),
    /** What becomes of digits finer than microseconds. */
    nanoseconds: z.enum(['refuse', 'truncate', 'epoch']).optional(),
    /** What becomes of the offset of a TIMESTAMP_TZ. */
    offset: z.enum(['keep', 'drop']).optional(),
    /** A row without a value stops the batch. */
    required: z.boolean().optional(),
    /** It holds personal data: tests that are made of rows mask it. */
    personal: z.boolean().optional(),
  }),
]);
