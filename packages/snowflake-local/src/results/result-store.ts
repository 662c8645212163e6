import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SnowflakeError } from '../errors/snowflake-error.ts';

/** Where the partitions of results wait to be fetched, within a bound. */
export interface ResultStore {
  /** A folder for DuckDB's own overflow. */
  readonly spillFolder: string;
  /** A place for one result. */
  open(handle: string): ResultPlace;
  close(): Promise<void>;
}

/** The place of one result. */
export interface ResultPlace {
  /** Gives the result's own folder, which is made when it is first needed. */
  folder(): Promise<string>;
  /** Counts bytes that were written; the oldest results give way. @throws SnowflakeError when this result alone is too large. */
  add(bytes: number): Promise<void>;
  /** Says that the result is complete; from now on it may give way to others. */
  finish(): void;
  /** Whether the result had to give way. */
  isGone(): boolean;
  drop(): Promise<void>;
}

interface Kept {
  readonly path: string;
  folder: Promise<unknown> | undefined;
  bytes: number;
  isComplete: boolean;
  isGone: boolean;
}

/** Makes a store in a new temporary folder that is removed at the end. */
export async function resultStore({ maxBytes }: { readonly maxBytes: number }): Promise<ResultStore> {
  await sweep(tmpdir());
  const root = await mkdtemp(join(tmpdir(), `snowflake-local-${process.pid}-`));
  const spillFolder = join(root, 'spill');
  await mkdir(spillFolder);
  const kept = keptResults(maxBytes);
  return {
    spillFolder,
    open: (handle) => kept.open(join(root, handle)),
    close: () => rm(root, { recursive: true, force: true }),
  };
}

const ABANDONED_AFTER_MS = 86_400_000;

// What servers left behind that were killed.
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid] = /^snowflake-local-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(parent, name);
    const age = await stat(path)
      .then(({ mtimeMs }) => Date.now() - mtimeMs)
      .catch(() => 0);
    if (age > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function keptResults(maxBytes: number): { open(path: string): ResultPlace } {
  const kept = new Set<Kept>();
  let total = 0;
  const drop = async (place: Kept): Promise<void> => {
    if (place.isGone) return;
    place.isGone = true;
    total -= place.bytes;
    kept.delete(place);
    if (place.folder !== undefined) await rm(place.path, { recursive: true, force: true });
  };
  const makeRoom = async (): Promise<void> => {
    for (const oldest of kept) {
      if (total <= maxBytes) return;
      if (oldest.isComplete) await drop(oldest);
    }
    if (total > maxBytes) throw new SnowflakeError('000603', 'XX000', `Results are larger than the ${maxBytes} bytes that are kept.`);
  };
  return {
    open(path) {
      const place: Kept = { path, folder: undefined, bytes: 0, isComplete: false, isGone: false };
      kept.add(place);
      return {
        async folder() {
          place.folder ??= mkdir(path);
          await place.folder;
          return path;
        },
        async add(bytes) {
          place.bytes += bytes;
          total += bytes;
          await makeRoom();
        },
        finish() {
          place.isComplete = true;
        },
        isGone: () => place.isGone,
        drop: () => drop(place),
      };
    },
  };
}
