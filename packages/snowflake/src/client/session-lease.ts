import { isSnowmeltError } from '@snowmelt/core/ports';
import type { StatementContext } from './request-sender.ts';
import { logIn, renewTokens, type SessionLoginOptions, type SessionTokens } from './session-login.ts';

/** Tokens, and the promise that they came from: whether it is still the current one tells whether others have newer tokens. */
export interface Lease {
  readonly used: Promise<SessionTokens>;
  readonly tokens: SessionTokens;
}

/** The tokens of one session, shared by all who use it. */
export interface SessionLease {
  isOpen(): boolean;
  /** Gives the tokens, for which the first to come logs in. */
  acquire(context: StatementContext): Promise<Lease>;
  /** Has tokens renewed that have expired, or logs in anew if the session is gone; once, whoever else says so. */
  replace(lease: Lease, why: 'expired' | 'gone', context: StatementContext): void;
  /** Forgets the session, and gives its tokens for closing it. */
  giveUp(): Promise<SessionTokens | undefined>;
}

/** Makes a lease without tokens. */
export function sessionLease(options: SessionLoginOptions): SessionLease {
  let current: Promise<SessionTokens> | undefined;
  const acquire = async (context: StatementContext): Promise<Lease> => {
    current ??= logIn(options, context);
    const used = current;
    try {
      return { used, tokens: await used };
    } catch (error) {
      if (current === used) current = undefined;
      // Whoever sent the login was stopped; those who only waited for it were not.
      if (isSnowmeltError(error) && error.code === 'run/interrupted' && !context.signal.aborted) return acquire(context);
      throw error;
    }
  };
  return {
    isOpen: () => current !== undefined,
    acquire,
    replace({ used, tokens }, why, context) {
      if (current === used) current = why === 'expired' ? renewTokens(options, tokens, context) : logIn(options, context);
    },
    async giveUp() {
      const last = current;
      current = undefined;
      return await last?.catch(() => undefined);
    },
  };
}
