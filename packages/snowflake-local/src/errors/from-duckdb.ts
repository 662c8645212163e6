import { compilationError, missingObject, SnowflakeError } from './snowflake-error.ts';

/** What DuckDB says with `errors_as_json`. */
interface DuckdbFailure {
  readonly type: string;
  readonly subtype: string;
  readonly name: string;
  readonly message: string;
}

type Reading = (failure: DuckdbFailure) => SnowflakeError | undefined;

// Macros raise errors as `SNOWFLAKE:code:state:message`.
const RAISED = /SNOWFLAKE:(\d{6}):(\w{5}):([\s\S]*)/;

const CONVERSIONS: readonly (readonly [RegExp, string, string, string])[] = [
  [/timestamp field.*?: ?"([^"]*)"|timestamp field value "([^"]*)"/s, '100035', '22007', 'Timestamp'],
  [/date field.*?: ?"([^"]*)"|date field value.*?"([^"]*)"/s, '100040', '22007', 'Date'],
  [/time field.*?: ?"([^"]*)"|time field value.*?"([^"]*)"/s, '100108', '22007', 'Time'],
  [/Could not (?:convert string|parse string) "([^"]*)" (?:to|according).*(?:%|TIMESTAMP)/s, '100096', '22007', 'Date or timestamp'],
  [/Could not convert string ['"]([\s\S]*?)['"] to BOOL/, '100037', '22018', 'Boolean value'],
  [/Could not convert string ['"]([\s\S]*?)['"] to/, '100038', '22018', 'Numeric value'],
];

/** Translates an error of DuckDB into the one Snowflake would give. Anything else passes through. */
export function fromDuckdb(error: unknown): unknown {
  if (error instanceof SnowflakeError || !(error instanceof Error)) return error;
  const failure = parseFailure(error.message);
  if (failure === undefined) return error;
  const reading = READINGS.find((read) => read(failure) !== undefined)?.(failure);
  return reading ?? internalError(failure);
}

function parseFailure(message: string): DuckdbFailure | undefined {
  try {
    const parsed: unknown = JSON.parse(message);
    if (typeof parsed !== 'object' || parsed === null || !('exception_type' in parsed)) return undefined;
    const fields = new Map<string, unknown>(Object.entries(parsed));
    const text = (key: string): string => String(fields.get(key) ?? '');
    return { type: text('exception_type'), subtype: text('error_subtype'), name: text('name'), message: text('exception_message') };
  } catch {
    const match = /^(\w[\w ]*) Error: ([\s\S]*)$/.exec(message);
    return match === null ? undefined : { type: match[1] ?? '', subtype: '', name: '', message: match[2] ?? '' };
  }
}

const READINGS: readonly Reading[] = [
  ({ message }) => {
    const [, code, sqlState, text] = RAISED.exec(message) ?? [];
    return code === undefined || sqlState === undefined ? undefined : new SnowflakeError(code, sqlState, text ?? '');
  },
  ({ type }) =>
    type === 'INTERRUPT' || type === 'Interrupt' ? new SnowflakeError('000604', '57014', 'SQL execution canceled') : undefined,
  ({ type, subtype, name, message }) => {
    if (subtype === 'COLUMN_NOT_FOUND') return invalidIdentifier(name);
    const missing =
      /^Referenced (?:column|table) "([^"]*)"/.exec(message)?.[1] ??
      /^Cannot extract field '([^']*)'/.exec(message)?.[1] ??
      /^Column "([^"]*)" referenced that exists/.exec(message)?.[1];
    const inTable = /Table "([^"]*)" does not have a column named "([^"]*)"/.exec(message);
    if (inTable !== null) return invalidIdentifier(`${inTable[1]}.${inTable[2]}`);
    return type === 'Binder' && missing !== undefined ? invalidIdentifier(missing) : undefined;
  },
  ({ message }) => {
    const name = /^Ambiguous reference to column name "([^"]*)"/.exec(message)?.[1];
    return name === undefined ? undefined : compilationError('002025', '42000', `ambiguous column name '${name}'`);
  },
  ({ message }) => {
    const column = /column "([^"]*)" must appear in the GROUP BY/.exec(message)?.[1];
    if (column === undefined) return undefined;
    return compilationError('000979', '42601', `[${column.toUpperCase()}] is not a valid group by expression`);
  },
  ({ subtype, type, name, message }) => {
    if (type !== 'Catalog') return undefined;
    if (subtype === 'ENTRY_ALREADY_EXISTS') return compilationError('002002', '42710', `Object '${name}' already exists.`);
    const schema = /schema "([^"]*)" does not exist/.exec(message)?.[1];
    if (schema !== undefined) return missingObject('Schema', schema);
    return subtype === 'MISSING_ENTRY' ? missingObject('Object', name) : undefined;
  },
  ({ type, message }) =>
    type === 'Constraint' && message.startsWith('NOT NULL')
      ? new SnowflakeError('100072', '22000', 'NULL result in a non-nullable column')
      : undefined,
  ({ message }) =>
    message.includes('Malformed JSON') ? new SnowflakeError('100069', '22P02', `Error parsing JSON: ${firstLine(message)}`) : undefined,
  ({ type, message }) => (type === 'Conversion' ? conversionError(message) : undefined),
  ({ message }) => (message.includes('values were supplied') ? compilationError('002020', '21S01', message) : undefined),
  ({ type, message }) =>
    type === 'Out of Range' ? new SnowflakeError('100046', '22003', `Number out of representable range: ${firstLine(message)}`) : undefined,
  ({ type, message }) =>
    type === 'Binder' || type === 'Parser' ? compilationError('001044', '42P13', `error: ${firstLine(message)}`) : undefined,
];

function conversionError(message: string): SnowflakeError {
  for (const [pattern, code, sqlState, what] of CONVERSIONS) {
    const match = pattern.exec(message);
    if (match !== null) return new SnowflakeError(code, sqlState, `${what} '${match[1] ?? match[2] ?? ''}' is not recognized`);
  }
  return new SnowflakeError('100039', '22003', `Numeric value is out of range: ${firstLine(message)}`);
}

function invalidIdentifier(name: string): SnowflakeError {
  return compilationError('000904', '42000', `error: invalid identifier '${name}'`);
}

function internalError({ type, message }: DuckdbFailure): SnowflakeError {
  return new SnowflakeError('000603', 'XX000', `SQL execution internal error: ${type}: ${firstLine(message)}`);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
