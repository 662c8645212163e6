import type { Column } from '../sql/column-type.ts';

/** What a history says of each version of a row: valid in `[valid_from, valid_to)`, without end while it is the current one. */
export const HISTORY_COLUMNS: readonly Column[] = [
  { name: 'valid_from', type: { kind: 'timestamp' } },
  { name: 'valid_to', type: { kind: 'timestamp' } },
  { name: 'is_current', type: { kind: 'boolean' } },
];
