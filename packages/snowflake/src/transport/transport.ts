import type { DataFile, SpooledColumn, SqlText } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';

/** A finished query whose rows are wanted as Parquet files under `prefix`. */
export interface TransportRequest {
  readonly sql: SqlText;
  readonly columns: readonly SpooledColumn[];
  readonly prefix: string;
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
