import type { Served } from './serve.ts';
import type { TableName } from './tables.ts';

/** One way from the source to Parquet, or a part of one, that a process of its own goes. */
export interface WayRequest {
  /** `raw`, `chunks`: ours; `driver`: the official driver's rows into an appender; `floor`: DuckDB from its own table; `reading`: gunzip and JSON only. */
  readonly way: 'raw' | 'chunks' | 'driver' | 'floor' | 'reading';
  readonly table: TableName;
  readonly rows: number;
  readonly folder: string;
  readonly served?: Served;
  /** Packed partitions, for `reading`. */
  readonly partitions?: readonly string[];
}

/** What a way took. `digest` is one of the rows whatever their order, and absent where no rows are kept. */
export interface WayReport {
  readonly rows: number;
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly digest?: string;
}

/** What a way leaves: its rows, and the Parquet files that hold them. */
export interface WayResult {
  readonly rows: number;
  readonly files: readonly string[];
}

/** Goes one of the ways. */
export type Way = (request: WayRequest) => Promise<WayResult>;
