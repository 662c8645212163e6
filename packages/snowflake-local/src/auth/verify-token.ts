import { verify } from 'node:crypto';
import { SnowflakeError } from '../errors/snowflake-error.ts';
import { keyFingerprint, readPublicKey, type UserKey } from './key-pair.ts';

/** Tells who sent a request. @throws SnowflakeError with status 401. */
export type TokenVerifier = (headers: TokenHeaders) => string;

/** The headers that say who sends a request. */
export interface TokenHeaders {
  readonly authorization: string | undefined;
  readonly tokenType: string | undefined;
  /** Whether a driver logs in with it: then Snowflake takes times in milliseconds, too, which its Node driver sends. */
  readonly isLogin?: boolean;
}

const LONGEST_LIFE_SECONDS = 3600;
const CLOCK_SKEW_SECONDS = 60;

/** Makes a verifier of key-pair tokens for an account's users. `explain` hears why a token was refused. */
export function tokenVerifier(account: string, users: readonly UserKey[], explain: (reason: string) => void): TokenVerifier {
  const known = users.map((user) => {
    const key = readPublicKey(user);
    const subject = `${account.toUpperCase()}.${user.name.toUpperCase()}`;
    return { name: user.name.toUpperCase(), key, subject, issuer: `${subject}.${keyFingerprint(key)}` };
  });
  return ({ authorization, tokenType, isLogin = false }) => {
    const token = bearerToken(authorization);
    if (tokenType !== undefined && tokenType.toUpperCase() !== 'KEYPAIR_JWT') {
      explain(`token type ${tokenType} is not KEYPAIR_JWT`);
      throw invalidToken();
    }
    const refuse = (reason: string): never => {
      explain(reason);
      throw invalidToken();
    };
    const { header, claims, signed, signature } = readToken(token) ?? refuse('not a JSON Web Token');
    if (header['alg'] !== 'RS256') return refuse(`algorithm ${String(header['alg'])} is not RS256`);
    const user = known.find(({ subject }) => subject === claims['sub']) ?? refuse(`no user ${String(claims['sub'])}`);
    if (claims['iss'] !== user.issuer) return refuse(`issuer ${String(claims['iss'])} is not ${user.issuer}`);
    const problem = lifetimeProblem(isLogin ? inSeconds(claims) : claims, Date.now() / 1000);
    if (problem !== undefined) return refuse(problem);
    if (!verify('RSA-SHA256', Buffer.from(signed), user.key, signature)) return refuse(`the signature is not that of ${user.name}'s key`);
    return user.name;
  };
}

function bearerToken(authorization: string | undefined): string {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(authorization ?? '') ?? [];
  if (token !== undefined) return token;
  throw new SnowflakeError('390101', '08001', 'Authorization header not found in the request data.', { status: 401 });
}

function invalidToken(): SnowflakeError {
  return new SnowflakeError('390144', '08001', 'JWT token is invalid.', { status: 401 });
}

interface Token {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
}

function readToken(token: string): Token | undefined {
  const [head, body, signature, ...others] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined || others.length > 0) return undefined;
  const header = readPart(head);
  const claims = readPart(body);
  if (header === undefined || claims === undefined) return undefined;
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') };
}

function readPart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : undefined;
  } catch {
    return undefined;
  }
}

const LARGEST_SECONDS = 100_000_000_000;

function inSeconds({ iat, exp }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const convert = (time: unknown): unknown => (typeof time === 'number' && time > LARGEST_SECONDS ? time / 1000 : time);
  return { iat: convert(iat), exp: convert(exp) };
}

function lifetimeProblem({ iat, exp }: Readonly<Record<string, unknown>>, now: number): string | undefined {
  if (typeof iat !== 'number' || typeof exp !== 'number') return 'iat or exp is missing';
  if (iat > now + CLOCK_SKEW_SECONDS) return 'iat is in the future';
  if (exp <= now) return 'the token has expired';
  return exp - iat > LONGEST_LIFE_SECONDS ? 'the token lives longer than an hour' : undefined;
}
