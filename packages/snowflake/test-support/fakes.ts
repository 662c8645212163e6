import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clock,
  objectKey,
  type ParquetWriter,
  type Secrets,
  SnowmeltError,
  type SpoolRequest,
  type SqlText,
  sqlText,
} from '@snowmelt/core/ports';
import { authenticatorFor } from '../src/auth/authenticator.ts';
import { requestSender } from '../src/client/request-sender.ts';
import { limitSlots } from '../src/client/slots.ts';
import { type SqlApiClient, sqlApiClient } from '../src/client/sql-api-client.ts';
import type { SnowflakeConnection } from '../src/snowflake-connection.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const PRIVATE_KEY = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
export const PUBLIC_KEY = pair.publicKey;

export const CONNECTION: SnowflakeConnection = {
  account: 'myorg-account1',
  user: 'etl',
  privateKey: { env: 'KEY' },
  database: 'SHOP',
  schema: 'PUBLIC',
  role: 'READER',
};

export const SELECT: SqlText = sqlText('SELECT 1');

/** A clock that never waits and remembers for how long it would have. */
export function hurriedClock(): Clock & { readonly slept: readonly number[] } {
  const slept: number[] = [];
  let ids = 0;
  return {
    slept,
    now: () => new Date(),
    newId: () => `id-${ids++}`,
    async sleep(ms, signal) {
      slept.push(ms);
      // Lets the event loop turn, as a real wait does.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw new SnowmeltError('run/interrupted', { message: 'Stopped.' });
    },
  };
}

/** Secrets that hold one text under every name and count how often it was asked for. */
export function oneSecret(secret = PRIVATE_KEY): Secrets & { readonly lookups: () => number } {
  let count = 0;
  return {
    lookups: () => count,
    async get() {
      count++;
      return secret;
    },
  };
}

/** What a test sets of a client. */
export interface ClientSettings {
  readonly clock?: Clock;
  readonly tag?: string;
  readonly connection?: Partial<SnowflakeConnection>;
  readonly secrets?: Secrets;
  readonly idleTimeoutMs?: number;
}

/** A client of a test server. */
export function clientFor(url: string, settings: ClientSettings = {}): SqlApiClient {
  const { clock = hurriedClock(), tag, secrets = oneSecret(), idleTimeoutMs } = settings;
  const connection = { ...CONNECTION, url, ...settings.connection };
  const authenticator = authenticatorFor({ connection, secrets, clock });
  const sender = requestSender({ host: new URL(url).host, authenticator, clock, idleTimeoutMs });
  return sqlApiClient({ connection, url, sender, clock, slots: limitSlots(connection.maxStatements ?? 8), tag });
}

/** A writer that keeps the rows instead of writing Parquet. */
export interface RowKeeper extends ParquetWriter {
  readonly requests: readonly SpoolRequest[];
  readonly rows: () => readonly (readonly (string | null)[])[];
  /** Files that are left in spool folders. */
  leftovers(): Promise<readonly string[]>;
}

/** Makes a {@link RowKeeper}. */
export function rowKeeper(): RowKeeper {
  const requests: SpoolRequest[] = [];
  const rows: (readonly (string | null)[])[] = [];
  const root = mkdtemp(join(tmpdir(), 'snowmelt-snowflake-'));
  return {
    requests,
    rows: () => rows,
    async write(request) {
      requests.push(request);
      const texts = await Promise.all(request.paths.map((path) => readFile(path, 'utf8')));
      const read = texts.flatMap((text) => JSON.parse(text) as (string | null)[][]);
      rows.push(...read);
      return [
        { key: objectKey(`${request.prefix}/${request.name}.parquet`), rows: read.length, bytes: 1, checksum: 'sha256:0', columns: {} },
      ];
    },
    land: async () => [],
    async keep(file, prefix) {
      return { ...file, key: objectKey(`${prefix}/${file.key.split('/').at(-1)}`) };
    },
    async spoolFolder(attempt) {
      const folder = join(await root, attempt);
      await mkdir(folder);
      return folder;
    },
    clearSpool: (folder) => rm(folder, { recursive: true }),
    leftovers: async () => readdir(await root, { recursive: true }),
  };
}
