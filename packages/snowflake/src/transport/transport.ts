import type { DataFile, SpooledColumn, SqlText } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { Carrier } from '../extract/projection.ts';
import type { Progress } from './progress.ts';

/** The query whose rows are wanted, written for what carries them, and how its columns are to be read. */
export interface TransportQuery {
  readonly sql: SqlText;
  readonly columns: readonly SpooledColumn[];
}

/** Rows that are wanted as Parquet files under `prefix`. */
export interface TransportRequest {
  readonly query: (carrier: Carrier) => TransportQuery;
  readonly prefix: string;
  /** First part of the files' names, which nothing else under `prefix` has. */
  readonly name: string;
  /** What an earlier attempt left, and where to note how far this one is. */
  readonly progress: Progress;
}

/** What a transport brought. */
export interface TransportReport {
  readonly files: readonly DataFile[];
  readonly rows: number;
  /** Snowflake's identifier of the statement. */
  readonly statement: string;
  /** Bytes of result text, unpacked. */
  readonly bytesFetched: number;
}

/** A way to get rows out of Snowflake. All give the same Parquet. */
export interface Transport {
  read(request: TransportRequest, context: StatementContext): Promise<TransportReport>;
}
