import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const LOOK_EVERY_MS = 200;

/** Watches how much memory a process has at most; the result is in megabytes, 0 where the system does not tell. */
export function watchMemory(child: ChildProcess): () => number {
  let peak = 0;
  const look = async (): Promise<void> => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  child.on('close', () => clearInterval(timer));
  return () => peak;
}
