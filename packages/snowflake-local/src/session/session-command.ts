import { SnowflakeError } from '../errors/snowflake-error.ts';
import { withoutParameters, withParameters } from './session-parameters.ts';
import type { ClientSession, SessionContext } from './session-registry.ts';

/** What a session is like after a statement that changes nothing else. */
export type SessionState = Pick<ClientSession, 'context' | 'parameters'>;

/** What a session command is judged by. */
export interface CommandPlace {
  readonly databaseName: string;
  /** The schema of a database that is used without naming one. */
  readonly schema: string;
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)`;
const USE = new RegExp(`^USE\\s+(?:(ROLE|WAREHOUSE|DATABASE|SCHEMA)\\s+)?(${NAME})(?:\\s*\\.\\s*(${NAME}))?$`, 'i');
const SET = /^ALTER\s+SESSION\s+SET\s+([\s\S]+)$/i;
const UNSET = /^ALTER\s+SESSION\s+UNSET\s+([\w\s,]+)$/i;
const SETTING = /\s*(\w+)\s*=\s*(?:'((?:[^']|'')*)'|([\w.+-]+))\s*,?/gy;
const END_OF_TRANSACTION = /^(COMMIT|ROLLBACK)(\s+WORK)?$/i;
const LEADING_COMMENT = /^(?:\s+|--[^\n]*(?:\n|$)|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;

/**
 * Reads USE, ALTER SESSION, COMMIT and ROLLBACK, and gives the session as it is afterwards; undefined for any other statement.
 * Each statement commits itself, so ending a transaction finds none and does nothing, as in Snowflake.
 * @throws SnowflakeError
 */
export function readSessionCommand(text: string, session: SessionState, place: CommandPlace): SessionState | undefined {
  const command = text.replace(LEADING_COMMENT, '').replace(/[\s;]+$/, '');
  if (END_OF_TRANSACTION.test(command)) return session;
  const [, settings] = SET.exec(command) ?? [];
  if (settings !== undefined) return { ...session, parameters: withParameters(session.parameters, readSettings(settings)) };
  const [, names] = UNSET.exec(command) ?? [];
  if (names !== undefined) {
    const unset = names.toUpperCase().split(/[\s,]+/);
    return { ...session, parameters: withoutParameters(session.parameters, unset) };
  }
  const [, kind, first, second] = USE.exec(command) ?? [];
  return first === undefined ? undefined : { ...session, context: useContext(kind, first, second, session.context, place) };
}

/** Reads a name as it stands in SQL: in upper case unless it is quoted. */
export function identifierOf(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toUpperCase();
}

/** Takes any spelling of the server's database for it. @throws SnowflakeError for another one */
export function demandDatabase(name: string, { databaseName }: CommandPlace): string {
  if (name.toUpperCase() === databaseName.toUpperCase()) return databaseName;
  throw new SnowflakeError('002043', '02000', 'SQL compilation error:\nObject does not exist, or operation cannot be performed.');
}

function useContext(
  kind: string | undefined,
  first: string,
  second: string | undefined,
  context: SessionContext,
  place: CommandPlace,
): SessionContext {
  const name = identifierOf(first);
  switch (kind?.toUpperCase()) {
    case 'ROLE':
      return { ...context, role: name };
    case 'WAREHOUSE':
      return { ...context, warehouse: name };
    case 'SCHEMA':
      if (second === undefined) return { ...context, schema: name };
      break;
    default:
      if (second === undefined) return { ...context, database: demandDatabase(name, place), schema: place.schema };
  }
  return { ...context, database: demandDatabase(name, place), schema: identifierOf(second) };
}

function readSettings(text: string): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  let end = 0;
  for (const match of text.matchAll(SETTING)) {
    const [found, name = '', quoted, plain] = match;
    settings[name.toUpperCase()] = quoted?.replaceAll("''", "'") ?? plain ?? '';
    end = match.index + found.length;
  }
  if (text.slice(end).trim() === '') return settings;
  throw new SnowflakeError('001003', '42000', 'SQL compilation error:\nsyntax error in ALTER SESSION SET.');
}
