import { createHash } from 'node:crypto';
import { mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SnowmeltError } from '@snowmelt/core/ports';
import { isOwnerDead, uniqueName } from './process-owner.ts';

const POLL_MS = 4;
const GIVE_UP_AFTER_MS = 30_000;

/**
 * Runs `act` while no other process of this machine, and no other call of this one, does so for the same key.
 *
 * Everybody who wants the lock puts a claim, an empty file of a unique name, next to the others' and then looks: alone among
 * the living, one holds the lock. Of two who see each other the smaller name waits and the other withdraws. Claims of dead
 * processes count for nothing, so nobody ever has to take a lock away from somebody, which is where lock files go wrong.
 * @throws lake/io if the lock does not become free within half a minute
 */
export async function withWriteLock<T>(folder: string, key: string, act: () => Promise<T>): Promise<T> {
  const suffix = `.${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
  await mkdir(folder, { recursive: true });
  const claim = await acquire(folder, suffix);
  try {
    return await act();
  } finally {
    await unlink(claim);
  }
}

async function acquire(folder: string, suffix: string): Promise<string> {
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  const name = `${uniqueName()}${suffix}`;
  const claim = join(folder, name);
  for (let isClaimed = false; Date.now() < deadline; await delay(POLL_MS)) {
    if (!isClaimed) await writeFile(claim, '');
    const rivals = await livingRivals(folder, suffix, name);
    if (rivals.length === 0) return claim;
    isClaimed = rivals.every((rival) => name < rival);
    if (!isClaimed) await unlink(claim);
  }
  await unlink(claim).catch(() => undefined);
  throw new SnowmeltError('lake/io', {
    message: `Another process has been writing the same object for too long (locks in \`${folder}\`).`,
    hint: 'If no other Snowmelt process uses this lake, remove the files in that folder.',
  });
}

async function livingRivals(folder: string, suffix: string, own: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith(suffix) && name !== own && !isOwnerDead(name));
}
