import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';
import { openRealData } from '../real-data.ts';
import { dayAfter } from '../simulator/calendar.ts';
import { createShop } from '../simulator/shop.ts';
import type { Database } from '../source-tables.ts';

const ACCOUNT = 'SNOWMELT-DEMO';
const USER = 'SNOWMELT';
const HISTORY_DAYS = 100;

/** What plays the source: days that can be brought in, one after another. */
export interface DemoSource {
  readonly days: readonly string[];
  /** Brings in everything up to a day. */
  advanceTo(day: string): Promise<void>;
  /** The variables that the project's configuration reads. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the stand-in Snowflake over a database in `folder`, with the simulated shop or the real file to fill it. */
export async function openDemoSource(
  folder: string,
  options: { readonly data: string | undefined; readonly seed: number; readonly days: number | undefined },
): Promise<DemoSource> {
  await mkdir(folder, { recursive: true });
  const { privateKeyPem, publicKeyPem } = await keyPair(folder);
  const server = await startServer({ database: join(folder, 'source.duckdb'), account: ACCOUNT, users: [{ name: USER, publicKeyPem }] });
  const environment = { SNOWFLAKE_URL: server.url, SNOWFLAKE_ACCOUNT: ACCOUNT, SNOWFLAKE_USER: USER, SNOWFLAKE_PRIVATE_KEY: privateKeyPem };
  const filled =
    options.data === undefined
      ? simulated(server.database, options.seed, options.days ?? 30)
      : await real(server.database, options.data, options.days);
  return { ...filled, environment, close: () => closeServer(server) };
}

function simulated(database: Database, seed: number, days: number): Pick<DemoSource, 'days' | 'advanceTo'> {
  // The shop has a history, so the first run loads much and features have something to look back on.
  const firstRun = '2026-01-01';
  const startDate = dayAfter(firstRun, -HISTORY_DAYS);
  const shop = createShop({ seed, customers: 400, products: 250, startDate });
  return {
    days: Array.from({ length: days }, (_, index) => dayAfter(firstRun, index)),
    advanceTo: async (day) => {
      await shop.advance(database, day);
    },
  };
}

async function real(database: Database, file: string, days: number | undefined): Promise<Pick<DemoSource, 'days' | 'advanceTo'>> {
  const data = await openRealData(database, file);
  const all = data.tradingDays();
  return {
    days: days === undefined ? all : all.slice(0, days),
    advanceTo: async (day) => {
      await data.advanceTo(day);
    },
  };
}

async function closeServer(server: RunningServer): Promise<void> {
  await server.close();
}

// The server is a new one every time, the key pair stays: a run record's source is then the same source.
async function keyPair(folder: string): Promise<{ privateKeyPem: string; publicKeyPem: string }> {
  const [privateFile, publicFile] = [join(folder, 'key.p8'), join(folder, 'key.pub')];
  try {
    return { privateKeyPem: await readFile(privateFile, 'utf8'), publicKeyPem: await readFile(publicFile, 'utf8') };
  } catch {
    const pair = generateKeyPair();
    await writeFile(privateFile, pair.privateKeyPem, { mode: 0o600 });
    await writeFile(publicFile, pair.publicKeyPem);
    return pair;
  }
}
