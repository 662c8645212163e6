import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckdbDatabase } from '@snowmelt/example-retail';
import { generateKeyPair, startServer } from 'snowflake-local';
import { projectTable, TABLES, type TableName } from './tables.ts';
import { tapeServer } from './tape.ts';

/** What the server's process is started with. */
export interface ServeOptions {
  readonly folder: string;
  readonly rows: Readonly<Record<TableName, number>>;
}

/** What it prints once it serves. */
export interface Served {
  readonly url: string;
  readonly privateKeyPem: string;
}

const { folder, rows }: ServeOptions = JSON.parse(process.argv[2] ?? '{}');
const database = join(folder, 'source.duckdb');
const filling = await openDuckdbDatabase(database);
for (const table of Object.keys(TABLES) as TableName[]) {
  await filling.run(`CREATE TABLE ${table.toUpperCase()} AS SELECT ${projectTable(table)} FROM range(${rows[table]}) r(i)`);
}
filling.close();
// A database that a server has open lets nobody else in.
const floor = await openDuckdbDatabase(join(folder, 'floor.duckdb'));
await floor.run(`CREATE TABLE DATED AS SELECT ${projectTable('dated')} FROM range(${rows.dated}) r(i)`);
floor.close();
const { privateKeyPem, publicKeyPem } = generateKeyPair();
const users = [{ name: 'BENCH', publicKeyPem }];
const standIn = await startServer({ database, schema: 'main', account: 'BENCH', users });
const tapes = join(folder, 'tape');
await mkdir(tapes);
const tape = tapeServer(standIn.url, tapes).listen(0, '127.0.0.1', () => {
  const address = tape.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const served: Served = { url: `http://127.0.0.1:${port}`, privateKeyPem };
  console.log(JSON.stringify(served));
});
process.once('SIGTERM', () => {
  tape.close();
  tape.closeAllConnections();
  void standIn.close();
});
