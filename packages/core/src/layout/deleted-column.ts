import type { Column } from '../sql/column-type.ts';

/** The bronze column that says of a row that it is no more. No declared column can have its name. */
export const DELETED_COLUMN: Column = { name: '_deleted', type: { kind: 'boolean' } };
