import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Served, ServeOptions } from './serve.ts';
import type { WayReport, WayRequest } from './way.ts';

const SERVE = fileURLToPath(new URL('./serve.js', import.meta.url));
const RUN_WAY = fileURLToPath(new URL('./run-way.js', import.meta.url));

/** A source in a process of its own. */
export interface ServingProcess extends Served {
  close(): Promise<void>;
}

/** Fills a source and serves it from another process. */
export async function startServing(options: ServeOptions): Promise<ServingProcess> {
  const child = start(SERVE, options);
  const served: Served = JSON.parse(await firstLine(child, 'the source'));
  return { ...served, close: () => new Promise((resolve) => void child.once('close', () => resolve()).kill('SIGTERM')) };
}

/** Goes one way in a new process, so that its memory and processor time are its own. */
export async function goAlone(request: WayRequest): Promise<WayReport> {
  const child = start(RUN_WAY, request);
  const report: WayReport = JSON.parse(await firstLine(child, request.way));
  if (report.rows !== request.rows && request.way !== 'reading')
    throw new Error(`${request.way}: ${report.rows} rows arrived, not ${request.rows}.`);
  return report;
}

function start(script: string, options: object): ChildProcess {
  return spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

function firstLine(child: ChildProcess, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject).once('close', (code) => reject(new Error(`${what} ended with ${code}`)));
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}
