import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const LOOK_EVERY_MS = 200;

/** Watches how much memory a process and all that it started have together at most; in megabytes, 0 where the system does not tell. */
export function watchTreeMemory(child: ChildProcess): () => number {
  let peak = 0;
  const timer = setInterval(() => void memoryOf(Number(child.pid)).then((now) => (peak = Math.max(peak, now))), LOOK_EVERY_MS);
  child.on('close', () => clearInterval(timer));
  return () => peak;
}

async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const own = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const below = await Promise.all(
    children
      .trim()
      .split(' ')
      .filter(Boolean)
      .map((one) => memoryOf(Number(one))),
  );
  return below.reduce((sum, one) => sum + one, own);
}
