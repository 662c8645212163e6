import { randomUUID } from 'node:crypto';
import { SnowflakeError } from '../errors/snowflake-error.ts';
import type { ResultFormat } from '../results/result-format.ts';
import type { ResultPlace, ResultStore } from '../results/result-store.ts';
import { runSeveral } from './run-several.ts';
import { runStatement, type StatementOutcome, type StatementRequest, type StatementTools } from './run-statement.ts';
import type { FindResult, FinishedResult } from './scanned-results.ts';

/** Where a statement stands. */
export type StatementState =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly outcome: StatementOutcome }
  | { readonly kind: 'failed'; readonly error: SnowflakeError };

/** A statement that was sent. */
export interface Statement {
  readonly handle: string;
  readonly requestId: string;
  readonly user: string;
  /** How its result is written; only clients that read this format can fetch it. */
  readonly format: ResultFormat;
  readonly createdOn: number;
  state(): StatementState;
  /** Resolves when the statement is over, whatever became of it. */
  readonly over: Promise<void>;
  cancel(): void;
}

/** A statement to start. */
export interface Submission extends Omit<StatementRequest, 'handle'> {
  readonly requestId: string;
  readonly timeoutMs: number | undefined;
  /** How many statements the text holds; 0 for any number. Default 1. */
  readonly statementCount?: number;
}

/** All statements of a server. */
export interface StatementRegistry {
  /** Starts a statement, or gives the one that was started for the same user with the same request id. */
  submit(submission: Submission): Statement;
  find(handle: string, user: string, format?: ResultFormat): Statement | undefined;
  /** Finds what was started with a request id. */
  findRequest(requestId: string, user: string): Statement | undefined;
  /** Stops what runs. */
  close(): Promise<void>;
}

// DuckDB's queries occupy the threads that file access needs, too.
const RUNNING_AT_ONCE = 3;
// Statements themselves are small, but a server may live long.
const REMEMBERED = 10_000;

/** Makes a registry. */
export function statementRegistry(options: Omit<StatementTools, 'findResult'> & { readonly store: ResultStore }): StatementRegistry {
  const byHandle = new Map<string, Statement>();
  const byRequest = new Map<string, Statement>();
  const take = turnstile(RUNNING_AT_ONCE);
  const submit = (submission: Submission): Statement => {
    const key = `${submission.session.user} ${submission.requestId}`;
    const known = byRequest.get(key);
    if (known !== undefined) return known;
    const findResult: FindResult = (handle) => finishedResult(byHandle.get(handle), submission.session.user);
    const runOne: RunOne = (request, place, signal) => take(signal, () => runStatement(request, place, signal, { ...options, findResult }));
    const run: RunOne =
      (submission.statementCount ?? 1) === 1
        ? runOne
        : (request, place, signal) => runSeveral(submission, signal, submit, (text) => runOne({ ...request, text }, place, signal));
    const statement = startStatement(submission, options.store, run);
    byHandle.set(statement.handle, statement);
    byRequest.set(key, statement);
    forgetOldest(byHandle, byRequest);
    return statement;
  };
  return {
    submit,
    find(handle, user, format = 'sql-api') {
      const statement = byHandle.get(handle);
      return statement?.user === user && statement.format === format ? statement : undefined;
    },
    findRequest: (requestId, user) => byRequest.get(`${user} ${requestId}`),
    async close() {
      for (const statement of byHandle.values()) statement.cancel();
      await Promise.all([...byHandle.values()].map(({ over }) => over));
    },
  };
}

// As in Snowflake, whoever ran the statement may see its result again, and nobody else.
function finishedResult(statement: Statement | undefined, user: string): FinishedResult | undefined {
  if (statement?.user !== user) return undefined;
  const state = statement.state();
  const result = state.kind === 'done' ? state.outcome.result : undefined;
  return result === undefined ? undefined : { result, format: statement.format };
}

type Take = <T>(signal: AbortSignal, task: () => Promise<T>) => Promise<T>;

type RunOne = (request: StatementRequest, place: ResultPlace, signal: AbortSignal) => Promise<StatementOutcome>;

function startStatement(submission: Submission, store: ResultStore, runWhole: RunOne): Statement {
  const handle = newHandle();
  const stop = new AbortController();
  let state: StatementState = { kind: 'running' };
  const run = async (): Promise<void> => {
    const place = store.open(handle);
    const timer = startTimer(submission.timeoutMs, stop);
    try {
      const outcome = await runWhole({ ...submission, handle }, place, stop.signal);
      place.finish();
      state = { kind: 'done', outcome };
    } catch (error) {
      state = { kind: 'failed', error: failureOf(error, stop.signal) };
      await dropQuietly(place);
    } finally {
      clearTimeout(timer);
    }
  };
  const over = run().catch((error: unknown) => {
    state = { kind: 'failed', error: failureOf(error, stop.signal) };
  });
  return {
    handle,
    requestId: submission.requestId,
    user: submission.session.user,
    format: submission.format ?? 'sql-api',
    createdOn: Date.now(),
    state: () => state,
    over,
    cancel: () => stop.abort(new SnowflakeError('000604', '57014', 'SQL execution canceled')),
  };
}

// Snowflake's handles begin with the time, so they sort by it.
function newHandle(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-${randomUUID().slice(14)}`;
}

function startTimer(timeoutMs: number | undefined, stop: AbortController): NodeJS.Timeout | undefined {
  if (timeoutMs === undefined) return undefined;
  const message = `Statement reached its statement or warehouse timeout of ${timeoutMs / 1000} second(s) and was canceled.`;
  return setTimeout(() => stop.abort(new SnowflakeError('000630', '57014', message, { status: 408 })), timeoutMs);
}

function failureOf(error: unknown, signal: AbortSignal): SnowflakeError {
  if (signal.aborted && signal.reason instanceof SnowflakeError) return signal.reason;
  if (error instanceof SnowflakeError) return error;
  const what = error instanceof Error ? error.message : String(error);
  return new SnowflakeError('000603', 'XX000', `SQL execution internal error: ${what}`, { cause: error });
}

async function dropQuietly(place: ResultPlace): Promise<void> {
  await place.drop().catch(() => undefined);
}

/** Lets a few tasks in at once; the others wait, and leave the queue when they are stopped. */
function turnstile(places: number): Take {
  let free = places;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  return async (signal, task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      release();
    }
  };
}

function forgetOldest(byHandle: Map<string, Statement>, byRequest: Map<string, Statement>): void {
  if (byHandle.size <= REMEMBERED) return;
  for (const statement of byHandle.values()) {
    if (statement.state().kind === 'running') continue;
    byHandle.delete(statement.handle);
    byRequest.delete(`${statement.user} ${statement.requestId}`);
    return;
  }
}
