import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SNOWMELT = fileURLToPath(new URL('../../packages/cli/bin/snowmelt.js', import.meta.url));

/** Starts Node with these arguments and returns how long it lived, in milliseconds. @throws Error if it fails */
export function timeNode(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [...argv], { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
    onStart(child);
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(performance.now() - startedAt) : reject(new Error(`${argv.join(' ')} ended with ${code}\n${err}`)),
    );
  });
}

/** Times the `snowmelt` command. */
export function timeSnowmelt(
  argv: readonly string[],
  environment?: Readonly<Record<string, string>>,
  onStart?: (child: ChildProcess) => void,
): Promise<number> {
  return timeNode([SNOWMELT, ...argv], environment, onStart);
}
