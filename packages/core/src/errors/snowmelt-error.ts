import { type Blame, ERROR_CATALOGUE, type ErrorCode, type Retry } from './catalogue.ts';

/** Where an error was found; every part that is known is given. */
export interface Place {
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  readonly dataset?: string;
  readonly field?: string;
  readonly step?: string;
}

/** What an error says besides its code. `message`: what and why; `hint`: what to do. Never a row's value, never a secret. */
export interface ErrorDetails {
  readonly message: string;
  readonly hint?: string;
  readonly at?: Place;
  readonly retry?: Retry;
  readonly cause?: unknown;
}

const MARK = Symbol.for('snowmelt.error');

/** The one error type of Snowmelt. Recognise it with {@link isSnowmeltError}, which also works across copies of the package. */
export class SnowmeltError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: Place;
  readonly blame: Blame;
  readonly retry: Retry;
  /** Further errors found in the same pass, when there are several. */
  readonly others: readonly SnowmeltError[];

  constructor(code: ErrorCode, details: ErrorDetails, others: readonly SnowmeltError[] = []) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SnowmeltError';
    this.code = code;
    this.hint = details.hint;
    this.at = details.at ?? {};
    this.blame = ERROR_CATALOGUE[code].blame;
    this.retry = details.retry ?? ERROR_CATALOGUE[code].retry;
    this.others = others;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Tells whether `error` is a {@link SnowmeltError}. */
export function isSnowmeltError(error: unknown): error is SnowmeltError {
  return typeof error === 'object' && error !== null && MARK in error;
}

/** Returns `error` itself if it is coded, otherwise wraps it as `internal/unexpected`. */
export function toSnowmeltError(error: unknown): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new SnowmeltError('internal/unexpected', { message: text, cause: error });
}

/** Throws all `errors` as one: the first carries the others. Does nothing for an empty list. */
export function throwAll(errors: readonly SnowmeltError[]): void {
  const [first, ...others] = errors;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new SnowmeltError(
    first.code,
    { message: first.message, at: first.at, ...(first.hint === undefined ? {} : { hint: first.hint }), cause: first.cause },
    others,
  );
}
