import { randomUUID } from 'node:crypto';
import { isSnowmeltError } from '@snowmelt/core/ports';
import type { StatementContext } from './request-sender.ts';
import { type Outcome, withRetries } from './retry.ts';
import { exchangeInSession, type SessionAnswer, type SessionRequest, sessionPlace } from './session-exchange.ts';
import { type SessionLease, sessionLease } from './session-lease.ts';
import type { SessionLoginOptions } from './session-login.ts';
import { authenticationError, statementError } from './source-errors.ts';

/** A session that is opened when it is first needed, kept valid, and closed when nobody holds it any more. */
export interface Session {
  /** Keeps the session, once it is open, until `act` has ended. */
  hold<T>(act: () => Promise<T>): Promise<T>;
  /** Whether it was opened and not closed. */
  isOpen(): boolean;
  /** Sends a request until it is answered; a resend carries the same request id. @throws source/*, run/interrupted */
  send(request: SessionRequest, context: StatementContext): Promise<SessionAnswer>;
}

const MAX_RENEWALS = 3;
const CLOSE_TIMEOUT_MS = 5_000;

/** Makes a session; nothing is sent before its first use. */
export function lazySession(options: SessionLoginOptions): Session {
  const lease = sessionLease(options);
  let holders = 0;
  return {
    async hold(act) {
      holders += 1;
      try {
        return await act();
      } finally {
        holders -= 1;
        if (holders === 0) await close(options, lease);
      }
    },
    isOpen: lease.isOpen,
    send(request, context) {
      const renewals = { left: MAX_RENEWALS };
      const attempt = (tried: number) => sendWithTokens(options, lease, resent(request, tried), context, renewals);
      return withRetries(attempt, { clock: options.clock, signal: context.signal });
    },
  };
}

async function sendWithTokens(
  options: SessionLoginOptions,
  lease: SessionLease,
  request: SessionRequest,
  context: StatementContext,
  renewals: { left: number },
): Promise<Outcome<SessionAnswer>> {
  const leased = await lease.acquire(context);
  const outcome = await exchangeInSession(options, request, context, leased.tokens.session);
  if (outcome.kind === 'again' || outcome.value.isSuccess) return outcome;
  const why = endOfSession(outcome.value);
  if (why === undefined) throw statementError(sessionPlace(options, context), outcome.value);
  if (renewals.left-- === 0) throw authenticationError(sessionPlace(options, context), 200, outcome.value);
  lease.replace(leased, why, context);
  return sendWithTokens(options, lease, request, context, renewals);
}

function endOfSession({ code }: SessionAnswer): 'expired' | 'gone' | undefined {
  switch (code) {
    case '390112':
      return 'expired';
    case '390104':
    case '390111':
    case '390114':
    case '390115':
      return 'gone';
    default:
      return undefined;
  }
}

function resent(request: SessionRequest, tried: number): SessionRequest {
  return tried > 0 && request.path.includes('requestId=') ? { ...request, path: `${request.path}&retryCount=${tried}` } : request;
}

// Tried once: a session that is left open ends by itself.
async function close(options: SessionLoginOptions, lease: SessionLease): Promise<void> {
  const tokens = await lease.giveUp();
  if (tokens === undefined) return;
  const context = { attempt: 'close', signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS) };
  const path = `/session?delete=true&requestId=${randomUUID()}`;
  try {
    await exchangeInSession(options, { method: 'POST', path, body: {} }, context, tokens.session);
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
  }
}
