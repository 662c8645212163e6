import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SNOWMELT = fileURLToPath(new URL('../../packages/cli/bin/snowmelt.js', import.meta.url));
const UNBUNDLED = fileURLToPath(new URL('./unbundled-snowmelt.mjs', import.meta.url));

/** How a command ended. `signal`: it was killed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** How to start it. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Arguments of Node itself. With some, the command runs unbundled, so that what they preload meets the packages themselves. */
  readonly node?: readonly string[];
  /** Is given the process once it runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `snowmelt` as a process of its own, as a user would. */
export function snowmelt(argv: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const { node = [] } = options;
  return runNode([...node, node.length === 0 ? SNOWMELT : UNBUNDLED, ...argv], options);
}

/** Runs a script with Node. */
export function runNode(argv: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...argv], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, NO_COLOR: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
    options.onStart?.(child);
  });
}

/** The objects of an output in JSON lines. */
export function jsonLines(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
