import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { withLakeErrors } from '../fs/fs-errors.ts';
import { ownerName, sweepLeftovers } from '../fs/process-owner.ts';
import { duckdbModule } from './duckdb-module.ts';

/** Limits of this process's DuckDB. */
export interface DuckdbOptions {
  /** What DuckDB may use, as it spells it: `2GB`. What does not fit goes to the temporary folder. */
  readonly memoryLimit: string;
  readonly threads: number;
  /** Folder for what does not fit in memory; what dead processes left there is removed. */
  readonly tempFolder: string;
}

/** A private database for SQL that somebody else wrote. */
export interface IsolatedDatabase {
  readonly connection: DuckDBConnection;
  close(): void;
}

/** One in-memory DuckDB, started at the first use; temporary tables and views belong to the connection that made them. */
export interface DuckdbSession {
  connect(): Promise<DuckDBConnection>;
  /** Opens another database with the same limits that shares nothing with this one. */
  openIsolated(): Promise<IsolatedDatabase>;
  /** Where what does not fit in memory goes. */
  readonly tempFolder: string;
  /** Ends the database. Connections must not be used afterwards. */
  close(): void;
}

/** Prepares a DuckDB for this process. It is loaded at the first `connect`, because that alone takes a tenth of a second. */
export function openDuckdb(options: DuckdbOptions): DuckdbSession {
  let opening: Promise<DuckDBInstance> | undefined;
  let opened: DuckDBInstance | undefined;
  const open = async (): Promise<DuckDBInstance> => {
    opened = await createInstance(options);
    return opened;
  };
  return {
    tempFolder: resolve(options.tempFolder),
    connect: async () => {
      opening ??= open();
      return await (await opening).connect();
    },
    openIsolated: async () => {
      const instance = await createInstance(options);
      const connection = await instance.connect();
      return { connection, close: () => closeAll(connection, instance) };
    },
    close: () => {
      opened?.closeSync();
      opened = undefined;
      opening = undefined;
    },
  };
}

async function createInstance(options: DuckdbOptions): Promise<DuckDBInstance> {
  const { DuckDBInstance: instances } = duckdbModule();
  const instance = await instances.create(':memory:', {
    memory_limit: options.memoryLimit,
    threads: String(options.threads),
    temp_directory: await ownTempFolder(options.tempFolder),
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    // Not options of `create`: the time zone needs an extension that is loaded later.
    await connection.run("SET GLOBAL TimeZone = 'UTC'; SET GLOBAL errors_as_json = true");
    // Models of one run read the same hundreds of small files, whose footers are half of the price.
    await connection.run('SET GLOBAL parquet_metadata_cache = true');
  } finally {
    connection.closeSync();
  }
  return instance;
}

async function ownTempFolder(tempFolder: string): Promise<string> {
  const folder = resolve(tempFolder);
  return await withLakeErrors(folder, 'make temporary files', async () => {
    await mkdir(folder, { recursive: true });
    await sweepLeftovers(folder);
    return join(folder, ownerName());
  });
}

function closeAll(connection: DuckDBConnection, instance: DuckDBInstance): void {
  connection.closeSync();
  instance.closeSync();
}
