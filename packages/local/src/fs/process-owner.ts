import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from './fs-errors.ts';

// Process ids mean something on one host only; a container usually has a host name of its own.
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
// Tells this process from an earlier one with the same id, as a restarted container has.
const LIFE = randomBytes(4).toString('hex');
const OWNED = /^(\d+)-([0-9a-f]{8})-([0-9a-f]{8})(?:[-.]|$)/;
const DAY_MS = 86_400_000;
let counter = 0;

/** The first part of the names of files and folders that belong to this process. */
export function ownerName(): string {
  return `${process.pid}-${HOST}-${LIFE}`;
}

/** A file name that no other process, and no other call, gives out. */
export function uniqueName(): string {
  counter += 1;
  return `${ownerName()}-${counter}`;
}

/** Tells whether the process that a name begins with has ended. Processes of other hosts count as running. */
export function isOwnerDead(name: string): boolean {
  const [, pid, host, life] = OWNED.exec(name) ?? [];
  if (pid === undefined || host !== HOST) return false;
  if (Number(pid) === process.pid) return life !== LIFE;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}

/** Removes what dead processes left in a folder, and what is there for more than a day. Never fails. */
export async function sweepLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (isOwnerDead(name) || (OWNED.test(name) && !name.startsWith(ownerName()) && (await isOld(path)))) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function isOld(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > DAY_MS;
}
