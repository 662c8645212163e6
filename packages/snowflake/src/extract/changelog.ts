import { ATTEMPT, DELETED_COLUMN, type ExtractReport, type ExtractRequest, quoteIdentifier } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import { NO_NOTES, type ProgressBook } from '../transport/progress.ts';
import type { MatchedColumn } from './contract.ts';
import type { Carrier, Projection } from './projection.ts';

/** Adds to a projection the column that says of a row that it is no more; `deleted` is SQL, undefined: there is no such column. */
export function withDeleted({ select, columns }: Projection, carrier: Carrier, deleted: string | undefined): Projection {
  if (deleted === undefined) return { select, columns };
  return {
    select: `${select}, (${deleted}) AS ${quoteIdentifier(DELETED_COLUMN.name, 'snowflake')}`,
    columns: [...columns, { ...DELETED_COLUMN, encoding: carrier === 'parquet' ? 'native' : 'text' }],
  };
}

/** What differs in an extraction when it reads the keys of all rows instead. */
export interface KeysExtraction {
  readonly request: ExtractRequest;
  readonly context: StatementContext;
  readonly progress: ProgressBook;
  readonly deleted: undefined;
  readonly slices: undefined;
}

/** Turns an extraction into one of the keys of all rows, into a folder of their own. */
export function keysExtraction(request: ExtractRequest, context: StatementContext): KeysExtraction {
  const prefix = `${request.prefix.replaceAll(ATTEMPT, context.attempt)}/keys`;
  return {
    request: { ...request, window: { kind: 'full' }, prefix },
    context: { ...context, attempt: `${context.attempt}-keys` },
    // The rows have the notes; the list is read again as fast.
    progress: NO_NOTES,
    deleted: undefined,
    slices: undefined,
  };
}

/** The key's columns among those of the table. */
export function keyColumns({ changelog }: ExtractRequest, columns: readonly MatchedColumn[]): readonly MatchedColumn[] {
  return columns.filter(({ declared }) => declared.part === undefined && changelog?.key.includes(declared.name));
}

/** Puts both reports together. */
export function withKeys(rows: ExtractReport, keys: ExtractReport): ExtractReport {
  return {
    ...rows,
    statements: [...rows.statements, ...keys.statements],
    bytesFetched: rows.bytesFetched + keys.bytesFetched,
    keys: keys.files,
  };
}
