import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SnowflakeError } from '../errors/snowflake-error.ts';

/** Where the partitions of results wait to be fetched, within a bound. */
export interface ResultStore {
  /** A folder for DuckDB's own overflow. */
  readonly spillFolder: string;
  /** Opens a place for one result. */
  open(handle: string): Promise<ResultPlace>;
  close(): Promise<void>;
}

/** The place of one result. */
export interface ResultPlace {
  readonly folder: string;
  /** Counts bytes that were written; the oldest results give way. @throws SnowflakeError when this result alone is too large. */
  add(bytes: number): Promise<void>;
  /** Whether the result had to give way. */
  isGone(): boolean;
  drop(): Promise<void>;
}

interface Kept {
  readonly folder: string;
  bytes: number;
  gone: boolean;
}

/** Makes a store in a new temporary folder that is removed at the end. */
export async function resultStore(options: { readonly maxBytes: number }): Promise<ResultStore> {
  const root = await mkdtemp(join(tmpdir(), 'snowflake-local-'));
  const spillFolder = join(root, 'spill');
  await mkdir(spillFolder);
  const kept = new Set<Kept>();
  const drop = async (place: Kept): Promise<void> => {
    place.gone = true;
    kept.delete(place);
    await rm(place.folder, { recursive: true, force: true });
  };
  const makeRoom = async (place: Kept): Promise<void> => {
    const total = (): number => [...kept].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const oldest of [...kept]) {
      if (total() <= options.maxBytes) return;
      if (oldest !== place) await drop(oldest);
    }
    if (total() > options.maxBytes) {
      throw new SnowflakeError('000603', 'XX000', `The result is larger than the ${options.maxBytes} bytes that the server keeps.`);
    }
  };
  return {
    spillFolder,
    async open(handle) {
      const place: Kept = { folder: join(root, `${handle}-${randomUUID().slice(0, 8)}`), bytes: 0, gone: false };
      await mkdir(place.folder);
      kept.add(place);
      return {
        folder: place.folder,
        async add(bytes) {
          place.bytes += bytes;
          await makeRoom(place);
        },
        isGone: () => place.gone,
        drop: () => drop(place),
      };
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
}
