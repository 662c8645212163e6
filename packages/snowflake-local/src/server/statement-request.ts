import { SnowflakeError } from '../errors/snowflake-error.ts';
import type { Binding } from '../sql/bindings.ts';

/** The body of POST /api/v2/statements. */
export interface StatementBody {
  readonly statement: string;
  readonly timeoutSeconds: number | undefined;
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly warehouse: string | undefined;
  readonly role: string | undefined;
  readonly bindings: Readonly<Record<string, Binding>>;
  /** How many statements the text holds; 0 for any number. */
  readonly statementCount: number;
}

const MEMBERS = ['statement', 'timeout', 'database', 'schema', 'warehouse', 'role', 'bindings', 'parameters'];
const LONGEST_TIMEOUT_SECONDS = 604_800;

/** Reads a request's body. @throws SnowflakeError with status 400, or 422 for a parameter that would change what comes out. */
export function parseStatementBody(text: string): StatementBody {
  const body = parseObject(text);
  const unknown = Object.keys(body).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) throw badRequest(`'${unknown}' is not a member of the request body.`);
  const statement = textMember(body, 'statement');
  if (statement === undefined) throw badRequest("'statement' is missing in the request body.");
  const parameters = readParameters(body['parameters']);
  const timeout = body['timeout'] ?? parameters.timeout;
  if (timeout !== undefined && !isTimeout(timeout)) throw badRequest(`'timeout' must be a number from 0 to ${LONGEST_TIMEOUT_SECONDS}.`);
  return {
    statement,
    // 0 stands for the longest.
    timeoutSeconds: isTimeout(timeout) && timeout > 0 ? timeout : undefined,
    database: textMember(body, 'database'),
    schema: textMember(body, 'schema'),
    warehouse: textMember(body, 'warehouse'),
    role: textMember(body, 'role'),
    bindings: parseBindings(body['bindings']),
    statementCount: parameters.statementCount,
  };
}

function isTimeout(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LONGEST_TIMEOUT_SECONDS;
}

// Parameters that are noted only, or that say what this server does anyhow.
const HARMLESS = new Set(['QUERY_TAG', 'USE_CACHED_RESULT', 'CLIENT_RESULT_CHUNK_SIZE', 'ROWS_PER_RESULTSET_HINT']);
const FIXED: Readonly<Record<string, readonly string[]>> = {
  TIMEZONE: ['UTC', 'ETC/UTC'],
  BINARY_OUTPUT_FORMAT: ['HEX'],
};

interface Parameters {
  readonly timeout?: number;
  readonly statementCount: number;
}

function readParameters(value: unknown): Parameters {
  let read: Parameters = { statementCount: 1 };
  if (value === undefined || value === null) return read;
  for (const [name, setting] of Object.entries(objectOf(value, 'parameters'))) {
    const upper = name.toUpperCase();
    if (upper === 'STATEMENT_TIMEOUT_IN_SECONDS') read = { ...read, timeout: Number(setting) };
    else if (upper === 'MULTI_STATEMENT_COUNT' && /^\d{1,4}$/.test(String(setting))) read = { ...read, statementCount: Number(setting) };
    else if (!HARMLESS.has(upper) && !FIXED[upper]?.includes(String(setting).toUpperCase())) {
      throw new SnowflakeError('391911', '42601', `snowflake-local does not know the parameter ${upper} with the value given.`);
    }
  }
  return read;
}

function parseBindings(value: unknown): Readonly<Record<string, Binding>> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(objectOf(value, 'bindings')).map(([index, binding]) => {
    const { type, value: bound } = objectOf(binding, `bindings.${index}`);
    if (typeof type !== 'string' || (typeof bound !== 'string' && bound !== null))
      throw badRequest(`'bindings.${index}' needs a type and a value.`);
    return [index, { type, value: bound }] as const;
  });
  return Object.fromEntries(entries);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(text), 'The request body');
  } catch (error) {
    if (error instanceof SnowflakeError) throw error;
    throw badRequest('The request body is not JSON.');
  }
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badRequest(`${what} must be an object.`);
  return Object.fromEntries(Object.entries(value));
}

function textMember(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw badRequest(`'${name}' must be a string.`);
  return value;
}

/** Refuses a request as it is written. */
export function badRequest(detail: string): SnowflakeError {
  return new SnowflakeError('391908', '22000', `Invalid request: ${detail}`, { status: 400 });
}
