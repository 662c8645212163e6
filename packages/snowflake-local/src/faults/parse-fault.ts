import type { Fault, FaultKind, RequestMatch } from './fault.ts';

type Members = Readonly<Record<string, 'number' | 'boolean' | 'string'>>;

const MEMBERS: Readonly<Record<FaultKind['kind'], Members>> = {
  slow: { ms: 'number' },
  pending: {},
  status: { status: 'number', after: 'boolean', retryAfterSeconds: 'number' },
  'expired-token': {},
  hang: { bytes: 'number', after: 'boolean' },
  truncate: { bytes: 'number', looksComplete: 'boolean' },
  'wrong-gzip': {},
  drop: { after: 'boolean' },
  'late-commit': { sql: 'string', at: 'string' },
};
const REQUIRED: readonly string[] = ['ms', 'status', 'sql'];
const MATCH: Members = { method: 'string', path: 'string', body: 'string', nth: 'number', times: 'number' };

/** Reads a fault from JSON; `path` and `body` are regular expressions. @throws Error that says what is wrong with it */
export function parseFault(text: string): Fault {
  const { match, kind, ...rest } = objectIn(JSON.parse(text), 'A fault');
  if (!isKind(kind)) throw new Error(`A fault's kind is one of ${Object.keys(MEMBERS).join(', ')}.`);
  demandMembers(rest, MEMBERS[kind], kind);
  const missing = Object.keys(MEMBERS[kind]).find((name) => REQUIRED.includes(name) && rest[name] === undefined);
  if (missing !== undefined) throw new Error(`The fault ${kind} needs ${missing}.`);
  const fault = { kind, ...rest } as FaultKind;
  return match === undefined ? fault : { ...fault, match: parseMatch(match) };
}

function parseMatch(value: unknown): RequestMatch {
  const match = objectIn(value, 'match');
  demandMembers(match, MATCH, 'match');
  const patterns = ['path', 'body'].flatMap((name) =>
    match[name] === undefined ? [] : [[name, new RegExp(String(match[name]))] as const],
  );
  return { ...match, ...Object.fromEntries(patterns) };
}

function isKind(kind: unknown): kind is FaultKind['kind'] {
  return typeof kind === 'string' && Object.hasOwn(MEMBERS, kind);
}

function objectIn(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} must be an object.`);
  return Object.fromEntries(Object.entries(value));
}

function demandMembers(value: Readonly<Record<string, unknown>>, known: Members, what: string): void {
  for (const [name, member] of Object.entries(value)) {
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (type === undefined) throw new Error(`${what} has no member ${name}.`);
    const actual: string = typeof member;
    if (actual !== type) throw new Error(`${what}.${name} must be a ${type}.`);
  }
}
