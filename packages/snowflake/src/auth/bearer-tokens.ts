import { type SecretReference, SnowmeltError } from '@snowmelt/core/ports';
import type { Authenticator, AuthenticatorOptions, TokenType } from './credentials.ts';

/** Where tokens come from that somebody else issues, and how Snowflake is to read them. */
export interface BearerTokenOptions extends AuthenticatorOptions {
  readonly type: TokenType;
  readonly secret: SecretReference;
  /** Stands before the token in the header. */
  readonly prefix?: string;
}

const RENEW_SECONDS_BEFORE_END = 60;

/**
 * Gives tokens that somebody else issues: an OAuth or programmatic access token, or the cloud's own identity token. One is
 * looked up again shortly before it ends, where it says when, and after Snowflake has refused it.
 */
export function bearerTokens({ type, secret, prefix = '', secrets, clock }: BearerTokenOptions): Authenticator {
  let current: { readonly token: string; readonly endsAt: number } | undefined;
  return {
    async credentials() {
      const now = clock.now().getTime() / 1000;
      if (current === undefined || now >= current.endsAt - RENEW_SECONDS_BEFORE_END) {
        const text = await secrets.get(secret);
        // Header values hold no line ends; a token with one is a file of something else.
        if (!/^[\x21-\x7e]+$/.test(text)) throw notAToken();
        current = { token: `${prefix}${text}`, endsAt: endOf(text) };
      }
      return { type, token: current.token };
    },
    refused(token) {
      if (current?.token === token) current = undefined;
    },
  };
}

// Only a JSON Web Token says when it ends; its signature is Snowflake's business.
function endOf(token: string): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    if (typeof claims === 'object' && claims !== null && 'exp' in claims && typeof claims.exp === 'number') return claims.exp;
  } catch {
    // An opaque token.
  }
  return Number.POSITIVE_INFINITY;
}

function notAToken(): SnowmeltError {
  return new SnowmeltError('source/authentication', {
    message: 'What was found in the place of the token for Snowflake is not a token.',
    hint: 'A token is one line of printable characters without blanks.',
    at: { field: 'source.auth.token' },
  });
}
