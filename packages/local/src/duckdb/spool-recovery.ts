import { isSnowmeltError, SnowmeltError, type SpooledColumn, type SpoolRequest } from '@snowmelt/core/ports';
import { type DuckdbFailure, limitError, readDuckdbFailure } from './duckdb-error.ts';
import { typeOf } from './duckdb-sql.ts';
import { misfitQuery, RAGGED_MARK, readabilityQuery, type Spool } from './spool-query.ts';
import { repairSpoolFile } from './spool-repair.ts';
import type { FailureTranslator, Statements } from './statements.ts';

const MIB = 1 << 20;
// The first is DuckDB's own choice; only a spool with longer rows pays for more.
const ROW_LIMITS: readonly number[] = [16 * MIB, 64 * MIB, 256 * MIB];

const JSON_TROUBLE = /^Malformed JSON|^JSON transform error|^Expected top-level JSON array|maximum_object_size/;

/** A spool as it is first tried. */
export function firstSpool(request: SpoolRequest): Spool {
  return { paths: request.paths, columns: request.columns, maximumRowBytes: ROW_LIMITS[0] ?? MIB };
}

/** Codes the failures that say nothing about the spool; the others go to {@link recoverSpool} as DuckDB threw them. */
export function spoolFailures(folder: string): FailureTranslator {
  return (error, sql, doing) => {
    const coded = limitError(readDuckdbFailure(error), { doing, sql, folder, at: {} });
    return coded ?? (error instanceof Error ? error : new Error(String(error)));
  };
}

/**
 * Says how to read a spool after it failed to be read, or why that is in vain.
 * @throws source/value-does-not-fit, source/protocol
 */
export async function recoverSpool(error: unknown, spool: Spool, statements: Statements, doing: string): Promise<Spool> {
  if (isSnowmeltError(error)) throw error;
  const failure = readDuckdbFailure(error);
  if (isAboutJson(failure) && failure.message.includes('maximum_object_size')) return { ...spool, maximumRowBytes: longerRows(spool) };
  if (isAboutJson(failure)) return { ...spool, paths: await repairFiles(spool, statements, doing) };
  if (failure.message === RAGGED_MARK) {
    throw new SnowmeltError('source/protocol', {
      message: `A row of the result does not have the ${spool.columns.length} columns that were asked for.`,
    });
  }
  throw await explainMisfit(failure, { columns: spool.columns, query: misfitQuery(spool), statements, doing });
}

// A conversion error may quote any text, so the type is looked at first.
function isAboutJson(failure: DuckdbFailure): boolean {
  if (failure.type === 'IO') return /gzip/i.test(failure.message);
  return failure.type === 'Invalid Input' && JSON_TROUBLE.test(failure.message);
}

function longerRows(spool: Spool): number {
  const limit = ROW_LIMITS.find((bytes) => bytes > spool.maximumRowBytes);
  if (limit !== undefined) return limit;
  throw new SnowmeltError('source/value-does-not-fit', {
    message: `A row of the result is longer than ${spool.maximumRowBytes / MIB} MiB.`,
    hint: 'Leave the column with the large values out, or cut it in the source with a query.',
  });
}

async function repairFiles(spool: Spool, statements: Statements, doing: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const path of spool.paths) {
    const isFine = await isReadable({ ...spool, paths: [path] }, statements, doing);
    paths.push(isFine ? path : await repairSpoolFile(path));
  }
  if (paths.some((path) => !spool.paths.includes(path))) return paths;
  throw new SnowmeltError('source/protocol', { message: 'The parts of the result do not read as JSON arrays of rows.' });
}

async function isReadable(spool: Spool, statements: Statements, doing: string): Promise<boolean> {
  try {
    await statements.rows(readabilityQuery(spool), doing);
    return true;
  } catch (error) {
    if (isSnowmeltError(error) || !isAboutJson(readDuckdbFailure(error))) throw error;
    return false;
  }
}

/** What a failed cast is explained with; `query` counts, for each column, the values that do not fit. */
export interface MisfitQuestion {
  readonly columns: readonly SpooledColumn[];
  readonly query: string;
  readonly statements: Statements;
  readonly doing: string;
}

/** Finds the columns whose values do not fit, for the error to throw. */
export async function explainMisfit(failure: DuckdbFailure, { columns, query, statements, doing }: MisfitQuestion): Promise<SnowmeltError> {
  const [counts] = await statements.rows(query, doing).catch((error: unknown) => {
    if (isSnowmeltError(error)) throw error;
    return [];
  });
  const misfits = columns.flatMap((column, i) => (Number(counts?.[i] ?? 0) > 0 ? [{ column, rows: Number(counts?.[i]) }] : []));
  const [first] = misfits;
  if (first === undefined) {
    return new SnowmeltError('build/failed', { message: `While ${doing}, the engine gave up with an error of kind ${failure.type}.` });
  }
  const list = misfits.map(({ column, rows }) => `${rows} value(s) of column \`${column.name}\` do not fit ${typeOf(column)}`);
  return new SnowmeltError('source/value-does-not-fit', {
    message: `${list.join('; ')}.`,
    hint: 'Declare a wider type, or extract the column as VARCHAR and clean it in silver.',
    at: { field: first.column.name },
  });
}
