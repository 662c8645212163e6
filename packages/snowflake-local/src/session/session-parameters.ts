import { SnowflakeError } from '../errors/snowflake-error.ts';
import { type Fields, fieldsOf } from './session-request.ts';

/** The parameters of a session that were set, by their name in upper case. */
export type Parameters = ReadonlyMap<string, string>;

// What drivers read back, and what they find in an account that nobody changed.
const SHOWN: Readonly<Record<string, string | number | boolean>> = {
  AUTOCOMMIT: true,
  BINARY_OUTPUT_FORMAT: 'HEX',
  CLIENT_PREFETCH_THREADS: 4,
  CLIENT_RESULT_CHUNK_SIZE: 160,
  CLIENT_SESSION_KEEP_ALIVE: false,
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: 3600,
  // Larger than any list of bound values: they are never put on a stage.
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 1_000_000_000,
  CLIENT_TELEMETRY_ENABLED: false,
  DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
  GEOGRAPHY_OUTPUT_FORMAT: 'GeoJSON',
  PYTHON_CONNECTOR_QUERY_RESULT_FORMAT: 'JSON',
  TIMESTAMP_LTZ_OUTPUT_FORMAT: '',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
  TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_TZ_OUTPUT_FORMAT: '',
  TIMEZONE: 'Etc/UTC',
  TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
};

// Parameters that are noted only, or that say what this server does anyhow.
const NOTED = /^(CLIENT_\w+|\w+_QUERY_RESULT_FORMAT|QUERY_TAG|USE_CACHED_RESULT|STATEMENT_QUEUED_TIMEOUT_IN_SECONDS|SERVICE_NAME)$/;
const FIXED: Readonly<Record<string, readonly string[]>> = {
  AUTOCOMMIT: ['TRUE'],
  BINARY_OUTPUT_FORMAT: ['HEX'],
  MULTI_STATEMENT_COUNT: ['1'],
  TIMEZONE: ['UTC', 'ETC/UTC'],
};
const LONGEST_TIMEOUT_SECONDS = 604_800;

/** Adds parameters to those of a session. @throws SnowflakeError for one that is not known or would change what comes out */
export function withParameters(parameters: Parameters, given: unknown): Parameters {
  const entries = Object.entries(fieldsOf(given)).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name.toUpperCase(), String(value)] as const],
  );
  for (const [name, value] of entries) demandKnown(name, value);
  return new Map([...parameters, ...entries]);
}

/** Takes parameters back to their defaults. */
export function withoutParameters(parameters: Parameters, names: readonly string[]): Parameters {
  return new Map([...parameters].filter(([name]) => !names.includes(name)));
}

/** Tells how long a statement may take; undefined for Snowflake's longest. */
export function timeoutOf(parameters: Parameters): number | undefined {
  const seconds = Number(parameters.get('STATEMENT_TIMEOUT_IN_SECONDS') ?? 0);
  return seconds > 0 ? seconds * 1000 : undefined;
}

/** Lists parameters as answers carry them. */
export function shownParameters(parameters: Parameters): readonly Fields[] {
  return Object.entries(SHOWN).map(([name, value]) => {
    const given = parameters.get(name);
    return { name, value: given === undefined ? value : typed(given, value) };
  });
}

function typed(given: string, example: string | number | boolean): string | number | boolean {
  if (typeof example === 'number') return Number(given);
  return typeof example === 'boolean' ? given.toUpperCase() === 'TRUE' : given;
}

function demandKnown(name: string, value: string): void {
  if (NOTED.test(name) || FIXED[name]?.includes(value.toUpperCase()) === true) return;
  if (value === SHOWN[name]) return;
  if (name === 'STATEMENT_TIMEOUT_IN_SECONDS' && /^\d{1,6}$/.test(value) && Number(value) <= LONGEST_TIMEOUT_SECONDS) return;
  throw new SnowflakeError('001006', '22023', `snowflake-local does not know the parameter ${name} with the value given.`);
}
