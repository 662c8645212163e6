import { randomBytes } from 'node:crypto';
import { SnowflakeError } from '../errors/snowflake-error.ts';

/** Where the statements of a session run. */
export interface SessionContext {
  readonly database: string;
  readonly schema: string;
  readonly role: string;
  readonly warehouse: string | undefined;
}

/** What a driver holds between login and close. Both members change when a statement changes them. */
export interface ClientSession {
  readonly id: number;
  readonly user: string;
  context: SessionContext;
  parameters: ReadonlyMap<string, string>;
}

/** What a client shows to prove its session, and to have that proof renewed. */
export interface SessionTokens {
  readonly token: string;
  readonly masterToken: string;
  readonly validityInSeconds: number;
  readonly masterValidityInSeconds: number;
}

/** The sessions that are open. */
export interface SessionRegistry {
  open(session: Omit<ClientSession, 'id'>): { readonly session: ClientSession; readonly tokens: SessionTokens };
  /** Tells whose a request is. @throws SnowflakeError 390112 if the token is to be renewed, 390104 if it is none of ours */
  authenticate(authorization: string | undefined): ClientSession;
  /** Gives new tokens for a master token. @throws SnowflakeError */
  renew(authorization: string | undefined): { readonly session: ClientSession; readonly tokens: SessionTokens };
  end(session: ClientSession): void;
  /** Lets all tokens of a kind expire now. */
  expire(kind: 'session' | 'master'): void;
}

/** How long tokens live. */
export interface TokenLives {
  readonly sessionSeconds: number;
  readonly masterSeconds: number;
}

interface Issued {
  readonly session: ClientSession;
  expiresAt: number;
}

interface Open {
  readonly session: ClientSession;
  /** Oldest first. */
  readonly issued: SessionTokens[];
}

const FIRST_ID = 1_000_001;
// Requests may be under way with tokens that were renewed, or with those of a session that was closed.
const REMEMBERED_TOKENS = 8;
const REMEMBERED_SESSIONS = 1000;

/** Makes a registry without sessions. */
export function sessionRegistry({ sessionSeconds, masterSeconds }: TokenLives): SessionRegistry {
  const open = new Map<ClientSession, Open>();
  const ended = new Map<ClientSession, Open>();
  const tokens = new Map<string, Issued>();
  const masters = new Map<string, Issued>();
  let nextId = FIRST_ID;
  const forget = ({ token, masterToken }: SessionTokens): void => {
    tokens.delete(token);
    masters.delete(masterToken);
  };
  const issue = ({ session, issued }: Open): SessionTokens => {
    for (const { token } of issued) expireNow(tokens.get(token));
    const lives = { validityInSeconds: sessionSeconds, masterValidityInSeconds: masterSeconds };
    const fresh = { token: newToken(), masterToken: newToken(), ...lives };
    tokens.set(fresh.token, { session, expiresAt: Date.now() + sessionSeconds * 1000 });
    masters.set(fresh.masterToken, { session, expiresAt: Date.now() + masterSeconds * 1000 });
    issued.push(fresh);
    if (issued.length > REMEMBERED_TOKENS) issued.splice(0, 1).forEach(forget);
    return fresh;
  };
  const openOf = (session: ClientSession): Open => open.get(session) ?? throwGone();
  return {
    open(started) {
      const session = { ...started, id: nextId++ };
      const entry = { session, issued: [] };
      open.set(session, entry);
      return { session, tokens: issue(entry) };
    },
    authenticate(authorization) {
      const found = tokens.get(tokenOf(authorization) ?? '');
      if (found === undefined) throw new SnowflakeError('390104', '08001', 'Session token is invalid. Please login again.');
      const { session } = openOf(found.session);
      if (found.expiresAt > Date.now()) return session;
      throw new SnowflakeError('390112', '08001', 'Your session has expired. Please renew it or login again.');
    },
    renew(authorization) {
      const master = masters.get(tokenOf(authorization) ?? '');
      if (master === undefined) throw new SnowflakeError('390115', '08001', 'Master token is invalid. Please login again.');
      const entry = openOf(master.session);
      if (master.expiresAt <= Date.now()) {
        throw new SnowflakeError('390114', '08001', 'Authentication token has expired.  The user must authenticate again.');
      }
      return { session: entry.session, tokens: issue(entry) };
    },
    end(session) {
      const entry = open.get(session);
      if (entry === undefined) return;
      open.delete(session);
      ended.set(session, entry);
      if (ended.size <= REMEMBERED_SESSIONS) return;
      for (const [oldest, { issued }] of ended) {
        ended.delete(oldest);
        issued.forEach(forget);
        return;
      }
    },
    expire(kind) {
      for (const issued of (kind === 'session' ? tokens : masters).values()) expireNow(issued);
    },
  };
}

function expireNow(issued: Issued | undefined): void {
  if (issued !== undefined) issued.expiresAt = 0;
}

function throwGone(): never {
  throw new SnowflakeError('390111', '08001', 'Session no longer exists.  New login required to access the service.');
}

function tokenOf(authorization: string | undefined): string | undefined {
  return /^Snowflake Token="([^"]+)"$/i.exec(authorization ?? '')?.[1];
}

function newToken(): string {
  return randomBytes(48).toString('base64url');
}
