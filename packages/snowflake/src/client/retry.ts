import { type Clock, SnowmeltError } from '@snowmelt/core/ports';

/** What one try led to: a value, or an error after which trying again can help. Anything that is thrown is final. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'again'; readonly error: SnowmeltError; readonly waitMs?: number };

/** What waiting between tries needs. */
export interface RetryOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
}

const MAX_TRIES = 6;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 60_000;

/** Repeats `attempt` with growing, randomised waits until it is done; after the last try its error is thrown as exhausted. */
export async function withRetries<T>(attempt: (tried: number) => Promise<Outcome<T>>, options: RetryOptions): Promise<T> {
  for (let tried = 0; ; tried++) {
    const outcome = await attempt(tried);
    if (outcome.kind === 'done') return outcome.value;
    if (tried + 1 >= MAX_TRIES) throw exhausted(outcome.error);
    await options.clock.sleep(Math.min(outcome.waitMs ?? backoff(tried), LONGEST_WAIT_MS), options.signal);
  }
}

// Half of the wait is random, so that clients which failed together do not come back together.
function backoff(tried: number): number {
  return FIRST_WAIT_MS * 2 ** tried * (0.5 + Math.random() / 2);
}

function exhausted(error: SnowmeltError): SnowmeltError {
  return new SnowmeltError(error.code, {
    message: `${error.message} ${MAX_TRIES} tries failed.`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    at: error.at,
    retry: 'exhausted',
    cause: error.cause,
  });
}
