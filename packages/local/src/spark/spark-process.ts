import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { SnowmeltError } from '@snowmelt/core/ports';
import { sweepLeftovers, uniqueName } from '../fs/process-owner.ts';
import { runnerFolder } from './runner-folder.ts';
import { findSparkPrograms, sparkEnvironmentFolder } from './spark-environment.ts';
import type { SparkFailure } from './spark-failure.ts';

/** Limits of this machine's Spark. */
export interface SparkOptions {
  /** What Spark may use, as `2GB`. What does not fit goes to the temporary folder. */
  readonly memoryLimit: string;
  readonly threads: number;
  readonly tempFolder: string;
  /** Folder of the Python environment; absent: the one that `snowmelt spark setup` makes. */
  readonly environment?: string;
}

/** What a question to the runner led to. `ended`: the process is gone. */
export type SparkAnswer =
  | { readonly kind: 'ok'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failure'; readonly failure: SparkFailure }
  | { readonly kind: 'ended'; readonly isOutOfMemory: boolean };

/** A Spark of this machine in a process of its own, started at the first use and kept for many steps. */
export interface SparkProcess {
  /** Asks the runner; see `server.py` for the questions. @throws spark/not-installed, spark/not-started */
  ask(question: Readonly<Record<string, unknown>>): Promise<SparkAnswer>;
  /** Tells the runner something that has no answer. */
  tell(message: Readonly<Record<string, unknown>>): Promise<void>;
  readonly tempFolder: string;
  close(): void;
}

interface Running {
  readonly child: Child;
  readonly waiting: Map<number, (answer: SparkAnswer) => void>;
}
type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Prepares a Spark for this process; nothing is started yet. */
export function openSpark(options: SparkOptions): SparkProcess {
  const tempFolder = resolve(options.tempFolder);
  let starting: Promise<Running> | undefined;
  let questions = 0;
  const running = (): Promise<Running> => {
    const begun = starting ?? start(options, tempFolder, forget);
    starting = begun;
    return begun;
  };
  // A process that ended is not used again: the next question starts another.
  const forget = (): void => {
    starting = undefined;
  };
  return {
    tempFolder,
    ask: async (question) => {
      const { child, waiting } = await running();
      questions += 1;
      const id = questions;
      return await new Promise<SparkAnswer>((answered) => {
        waiting.set(id, answered);
        child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
      });
    },
    tell: async (message) => {
      (await running()).child.stdin.write(`${JSON.stringify(message)}\n`);
    },
    close: () => {
      void starting?.then(({ child }) => stop(child)).catch(() => undefined);
      starting = undefined;
    },
  };
}

async function start(options: SparkOptions, tempFolder: string, onEnd: () => void): Promise<Running> {
  const folder = join(tempFolder, uniqueName());
  try {
    const programs = await findSparkPrograms(options.environment ?? sparkEnvironmentFolder());
    await mkdir(folder, { recursive: true });
    await sweepLeftovers(tempFolder);
    const child = launch(programs.python, options, folder);
    return await whenReady(child, () => {
      onEnd();
      void rm(folder, { recursive: true, force: true }).catch(() => undefined);
    });
  } catch (error) {
    onEnd();
    throw error;
  }
}

function launch(python: string, { threads, memoryLimit }: SparkOptions, folder: string): Child {
  const limits = ['--threads', String(threads), '--memory', javaSize(memoryLimit), '--folder', folder];
  const { SPARK_HOME: _home, SPARK_CONF_DIR: _conf, PYSPARK_SUBMIT_ARGS: _arguments, ...environment } = process.env;
  return spawn(python, ['-m', 'snowmelt_spark_runner', '--serve', ...limits], {
    cwd: runnerFolder(),
    // In a group of its own, so that ctrl-C reaches this process alone, which then ends the step in order.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...environment, PYTHONDONTWRITEBYTECODE: '1', SPARK_LOCAL_IP: '127.0.0.1' },
  });
}

function whenReady(child: Child, onEnd: () => void): Promise<Running> {
  const waiting = new Map<number, (answer: SparkAnswer) => void>();
  const said: string[] = [];
  let isReady = false;
  let isOutOfMemory = false;
  // What Spark prints may hold values of rows: only what it says before it has seen any is ever shown.
  child.stderr.on('data', (chunk: Buffer) => {
    const text = chunk.toString();
    isOutOfMemory ||= text.includes('OutOfMemoryError');
    if (!isReady) said.push(text);
  });
  child.stdin.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      onEnd();
      reject(notStarted(said.join('')));
      for (const answered of waiting.values()) answered({ kind: 'ended', isOutOfMemory });
      waiting.clear();
    };
    child.on('error', ended);
    child.on('close', ended);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Readonly<Record<string, unknown>>;
      if ('ready' in message) {
        isReady = true;
        resolve({ child, waiting });
        return;
      }
      const id = Number(message['id']);
      waiting.get(id)?.(answerOf(message));
      waiting.delete(id);
    });
  });
}

function answerOf(message: Readonly<Record<string, unknown>>): SparkAnswer {
  if ('failure' in message) return { kind: 'failure', failure: message['failure'] as SparkFailure };
  return { kind: 'ok', value: message['ok'] as Readonly<Record<string, unknown>> };
}

// Java belongs to Python's group and ends with it.
function stop(child: Child): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended in this very moment.
  }
}

function notStarted(said: string): SnowmeltError {
  const last = said.trim().split('\n').slice(-3).join(' ');
  return new SnowmeltError('spark/not-started', {
    message: `Spark did not start${last === '' ? '.' : `: ${last}`}`,
    hint: '`java -version` should say 17. If the environment is damaged, remove its folder and run `snowmelt spark setup` again.',
  });
}

// `2GB`, as DuckDB spells it, is `2048m` for Java.
function javaSize(text: string): string {
  const [, number = '2', unit = 'G'] = /^\s*([\d.]+)\s*([KMGT])?i?B?\s*$/i.exec(text) ?? [];
  const megabytes = Number(number) * { K: 1 / 1024, M: 1, G: 1024, T: 1024 * 1024 }[unit.toUpperCase() as 'K' | 'M' | 'G' | 'T'];
  // Less than this Spark refuses to start with.
  return `${Math.max(512, Math.floor(megabytes))}m`;
}
