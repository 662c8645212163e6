/** Where an answer's HTTP status comes from: the request, its sender, or the statement. */
export type FailureStatus = 400 | 401 | 404 | 405 | 408 | 413 | 415 | 422;

/** A failure as Snowflake reports it: a code, a SQL state, and a message for the sender of the statement. */
export class SnowflakeError extends Error {
  readonly status: FailureStatus;
  readonly code: string;
  readonly sqlState: string;

  constructor(
    code: string,
    sqlState: string,
    message: string,
    options: { readonly status?: FailureStatus; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'SnowflakeError';
    this.status = options.status ?? 422;
    this.code = code;
    this.sqlState = sqlState;
  }
}

/** An error of compilation, worded as Snowflake words it. */
export function compilationError(code: string, sqlState: string, detail: string): SnowflakeError {
  return new SnowflakeError(code, sqlState, `SQL compilation error:\n${detail}`);
}

/** Refuses SQL that Snowflake may know and this server does not: better no answer than a guessed one. */
export function unsupported(what: string): SnowflakeError {
  return new SnowflakeError('000002', '0A000', `Unsupported feature '${what}'. (snowflake-local refuses what it does not know.)`);
}

/** Refuses text that is not SQL. */
export function syntaxError(detail: string): SnowflakeError {
  return compilationError('001003', '42000', `syntax error ${detail}`);
}

/** Says that an object is missing, without telling whether it exists for others. */
export function missingObject(
  type: 'Object' | 'Schema' | 'Database' | 'Role' | 'User' | 'Table' | 'View' | 'Stage' | 'Integration',
  name: string,
): SnowflakeError {
  const sqlState = ['Object', 'Table', 'View'].includes(type) ? '42S02' : '02000';
  return compilationError('002003', sqlState, `${type} '${name}' does not exist or not authorized.`);
}
