import { dirname } from 'node:path';
import { isSnowmeltError, type Place, SnowmeltError } from '@snowmelt/core/ports';
import { diskFull } from '../fs/fs-errors.ts';

/** What DuckDB says about a failure, with `errors_as_json`. `message` may hold values of rows. */
export interface DuckdbFailure {
  readonly type: string;
  readonly message: string;
  /** Byte offset into the statement. */
  readonly position?: number;
  readonly subtype?: string;
  readonly name?: string;
  readonly entryType?: string;
  readonly candidates?: readonly string[];
}

/** Reads an error of DuckDB; other errors become a failure of type `Unknown`. */
export function readDuckdbFailure(error: unknown): DuckdbFailure {
  const text = error instanceof Error ? error.message : String(error);
  const fields = parseFields(text);
  if (fields === undefined) return { type: /^([A-Z][A-Za-z -]*?) Error:/.exec(text)?.[1] ?? 'Unknown', message: text };
  return {
    type: fields['exception_type'] ?? 'Unknown',
    message: fields['exception_message'] ?? '',
    ...(fields['position'] === undefined ? {} : { position: Number(fields['position']) }),
    ...(fields['error_subtype'] === undefined ? {} : { subtype: fields['error_subtype'] }),
    ...(fields['name'] === undefined ? {} : { name: fields['name'] }),
    ...(fields['type'] === undefined ? {} : { entryType: fields['type'] }),
    ...(fields['candidates'] === undefined ? {} : { candidates: fields['candidates'].split(',') }),
  };
}

// Some errors come as JSON, some as `Parser Error: JSON`, a few as plain text.
function parseFields(text: string): Readonly<Record<string, string>> | undefined {
  const start = text.indexOf('{"exception_type"');
  if (start < 0) return undefined;
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
}

/** Where in a build or query a statement stands. */
export interface FailureContext {
  /** What was being done, e.g. `building silver.fact_orders (stage merged)`. */
  readonly doing: string;
  readonly at: Place;
  readonly sql: string;
  /** Where DuckDB puts what does not fit in memory. */
  readonly folder: string;
}

// Errors found before a row is read: they speak of the SQL only.
const ABOUT_SQL = new Set(['Binder', 'Catalog', 'Parser', 'Syntax', 'Not implemented']);
const ABOUT_VALUES = new Set(['Conversion', 'Out of Range', 'Mismatch Type']);

/** Turns a failed statement into a coded error that holds no value of a row. */
export function toBuildError(error: unknown, context: FailureContext): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const failure = readDuckdbFailure(error);
  return limitError(failure, context) ?? new SnowmeltError(codeOf(failure), { ...describe(failure, context), at: context.at });
}

function codeOf(failure: DuckdbFailure): 'build/value-does-not-fit' | 'lake/io' | 'build/failed' {
  if (ABOUT_VALUES.has(failure.type)) return 'build/value-does-not-fit';
  return failure.type === 'IO' ? 'lake/io' : 'build/failed';
}

function describe(failure: DuckdbFailure, context: FailureContext): { readonly message: string; readonly hint?: string } {
  const where = place(failure, context.sql);
  if (ABOUT_VALUES.has(failure.type)) {
    return {
      message: `While ${context.doing}, a value did not fit its type${where}.`,
      hint: 'Use TRY_CAST, or a cleaning rule with `onFail`, where such values are to be expected.',
    };
  }
  // IO errors name files of the lake, never what is in them.
  if (ABOUT_SQL.has(failure.type) || failure.type === 'IO') return { message: `While ${context.doing}: ${failure.message}` };
  return { message: `While ${context.doing}, the engine gave up with an error of kind ${failure.type}${where}.` };
}

/** The coded error of a failure that is about room, memory or ctrl-C; undefined if it is about something else. */
export function limitError(failure: DuckdbFailure, context: FailureContext): SnowmeltError | undefined {
  if (failure.type === 'INTERRUPT') return interrupted(context.doing);
  if (/No space left|Disk quota exceeded/i.test(failure.message)) {
    const file = /file "([^"]+)"/.exec(failure.message)?.[1];
    return diskFull(file === undefined ? context.folder : dirname(file), undefined);
  }
  if (failure.type !== 'Out of Memory') return undefined;
  return new SnowmeltError('build/out-of-memory', {
    message: `While ${context.doing}, DuckDB ran out of the memory it may use.`,
    hint: `Allow more with \`--memory\`, e.g. \`--memory 4GB\`, or make room in \`${context.folder}\`, where it puts what does not fit.`,
    at: context.at,
  });
}

/** `run/interrupted`: the caller's signal stopped what was being done. */
export function interrupted(doing: string): SnowmeltError {
  return new SnowmeltError('run/interrupted', { message: `Stopped while ${doing}.` });
}

// A column's name or the SQL at the place of the error: both come from a model or a rule, not from data.
function place(failure: DuckdbFailure, sql: string): string {
  const column = /from source column (\w+)$/.exec(failure.message)?.[1];
  if (column !== undefined) return `: column \`${column}\``;
  if (failure.position === undefined) return '';
  const rest = Buffer.from(sql).subarray(failure.position).toString().replace(/\s+/g, ' ').trim();
  return rest === '' ? '' : ` at \`${rest.length > 60 ? `${rest.slice(0, 60)}…` : rest}\``;
}
