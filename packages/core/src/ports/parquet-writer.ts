import type { Column } from '../sql/column-type.ts';
import type { DataFile } from './data-file.ts';

/** How a column's text cells are turned into its type. */
export interface SpooledColumn extends Column {
  /**
   * `text`: the type's usual text; `epoch_us`: microseconds since 1970 as an integer; `hex`: hexadecimal bytes.
   */
  readonly encoding: 'text' | 'epoch_us' | 'hex';
}

/** Spool files: each holds one JSON array of rows, each row an array of strings and nulls; plain or gzip (by the ending `.gz`). */
export interface SpoolRequest {
  readonly paths: readonly string[];
  readonly columns: readonly SpooledColumn[];
  /** The number of rows that the spool must hold. */
  readonly rows: number;
  /** Folder to write to. */
  readonly prefix: string;
  /** First part of the file names. */
  readonly name: string;
}

/** Turns spooled result rows into typed Parquet without parsing them in JavaScript. */
export interface ParquetWriter {
  /** @throws source/rows-differ, source/value-does-not-fit, lake/disk-full */
  write(request: SpoolRequest, signal: AbortSignal): Promise<readonly DataFile[]>;
  /** An empty folder of this process for spool files, outside the lake. */
  spoolFolder(attempt: string): Promise<string>;
  /** Removes a spool folder. */
  clearSpool(folder: string): Promise<void>;
}
