import type { Column } from '../sql/column-type.ts';
import type { DataFile } from './data-file.ts';

/** How a column's text cells are turned into its type. */
export interface SpooledColumn extends Column {
  /**
   * `text`: the type's usual text; `epoch_us`: microseconds since 1970 as an integer; `hex`: hexadecimal bytes;
   * `native`, in landed files only: the type itself.
   */
  readonly encoding: 'text' | 'epoch_us' | 'hex' | 'native';
  /** The source said of this very result that its numbers have no more decimals than the type: the writer need not look for what a cast would cut off. */
  readonly hasExactNumbers?: true;
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

/** A Parquet file that the source wrote, and what the source says of it. */
export interface LandedFile {
  readonly url: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Landed files that are to become files of the lake. */
export interface LandedRequest {
  readonly files: readonly LandedFile[];
  readonly columns: readonly SpooledColumn[];
  /** Folder to write to. */
  readonly prefix: string;
  /** First part of the file names. */
  readonly name: string;
}

/** Turns what a source gives, result rows or files, into typed Parquet without parsing rows in JavaScript. */
export interface ParquetWriter {
  /** @throws source/rows-differ, source/value-does-not-fit, lake/disk-full */
  write(request: SpoolRequest, signal: AbortSignal): Promise<readonly DataFile[]>;
  /**
   * Takes landed files over, each checked against its footer, with the schema that {@link ParquetWriter.write} gives; then removes them.
   * @throws source/landed-files-differ, source/value-does-not-fit, lake/disk-full
   */
  land(request: LandedRequest, signal: AbortSignal): Promise<readonly DataFile[]>;
  /** Puts a file that an earlier attempt finished under `prefix` as well; undefined if it is no longer as it was reported. */
  keep(file: DataFile, prefix: string): Promise<DataFile | undefined>;
  /** An empty folder of this process for spool files, outside the lake. */
  spoolFolder(attempt: string): Promise<string>;
  /** Removes a spool folder. */
  clearSpool(folder: string): Promise<void>;
}
