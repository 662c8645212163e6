import { isSnowmeltError, renderColumnType, SnowmeltError } from '@snowmelt/core/ports';
import { type DuckdbFailure, limitError, readDuckdbFailure } from '../duckdb/duckdb-error.ts';
import type { FailureTranslator } from '../duckdb/statements.ts';
import type { Extraction } from './extract-parts.ts';
import { NO_OBJECT_MARK } from './json-cast.ts';
import type { ContractPlace } from './source-contract.ts';
import { type MatchedPart, misfitQuery } from './typed-query.ts';

// Errors found before a row is read: they speak of the SQL only.
const ABOUT_SQL = new Set(['Binder', 'Catalog', 'Parser', 'Syntax', 'Not implemented']);
const ABOUT_VALUES = new Set(['Conversion', 'Out of Range', 'Invalid Input', 'Mismatch Type']);

/** Codes the failures that say nothing about the source; the others pass as DuckDB threw them. */
export function sourceFailures(folder: string): FailureTranslator {
  return (error, sql, doing) => {
    const coded = limitError(readDuckdbFailure(error), { doing, sql, folder, at: {} });
    return coded ?? (error instanceof Error ? error : new Error(String(error)));
  };
}

/** Says in a coded error, without a value of a row, why a source could not be read. */
export function toSourceError(error: unknown, place: ContractPlace): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const failure = readDuckdbFailure(error);
  const at = { dataset: place.dataset };
  if (isBrokenFile(failure)) {
    return new SnowmeltError('source/unreadable', {
      message: `Could not read ${place.relation}: ${fileTrouble(failure, place.paths ?? [])}.`,
      at,
    });
  }
  const why = ABOUT_SQL.has(failure.type) ? failure.message.trim() : `an error of kind ${failure.type}`;
  return new SnowmeltError('source/statement-failed', { message: `DuckDB could not read ${place.relation}: ${why}`, at });
}

/** Explains why rows could not be written: which columns hold values that do not fit, or what is wrong with a file. */
export async function explainFailure(
  error: unknown,
  { statements, place }: Extraction,
  parts: readonly MatchedPart[],
  where: (part: MatchedPart) => string,
): Promise<SnowmeltError> {
  if (isSnowmeltError(error)) return error;
  const failure = readDuckdbFailure(error);
  if (isBrokenFile(failure) || !ABOUT_VALUES.has(failure.type)) return toSourceError(error, place);
  // A failed statement ends its transaction; what it read cannot have changed since.
  await statements.dispose('ROLLBACK');
  const misfits = new Map<string, number>();
  for (const part of parts) {
    const [counts] = await statements
      .rows(misfitQuery(part, where(part)), `looking for what does not fit in ${place.relation}`)
      .catch((again) => {
        if (isSnowmeltError(again)) throw again;
        return [];
      });
    for (const [i, { declared }] of part.matched.entries()) {
      const text = `column \`${declared.name}\` do not fit ${renderColumnType(declared.type, 'snowflake')}`;
      misfits.set(text, (misfits.get(text) ?? 0) + Number(counts?.[i] ?? 0));
    }
  }
  const list = [...misfits].filter(([, rows]) => rows > 0).map(([text, rows]) => `${rows} value(s) of ${text}`);
  const field = /`(.*?)`/.exec(list[0] ?? '')?.[1];
  if (field === undefined) return toSourceError(error, place);
  return new SnowmeltError('source/value-does-not-fit', {
    message: `${list.join('; ')}.`,
    hint: 'Declare a wider type, or extract the column as VARCHAR and clean it in silver.',
    at: { dataset: place.dataset, field },
  });
}

const FILE_TROUBLE =
  /^(CSV Error|Error when sniffing|Malformed JSON|File '|No magic bytes|Invalid|TProtocol|don't know)|maximum_object_size|unicode|gzip/i;

function isBrokenFile({ type, message }: DuckdbFailure): boolean {
  if (message === NO_OBJECT_MARK || type === 'IO' || type === 'Serialization') return true;
  return type === 'Invalid Input' && FILE_TROUBLE.test(message);
}

// The parsers' messages quote the line that they stumble over, so nothing of them is shown but what is known here.
function fileTrouble({ type, message }: DuckdbFailure, paths: readonly string[]): string {
  const path = paths.find((one) => message.includes(one));
  const line = /^(?:CSV Error on Line: |Malformed JSON.*?, at byte \d+ in line )(\d+)/.exec(message)?.[1];
  const file = `${path === undefined ? 'a file' : `\`${path}\``}${line === undefined ? '' : `, line ${line},`}`;
  if (message === NO_OBJECT_MARK) return `a line of ${file} is not a JSON object`;
  if (message.includes('maximum_object_size')) return `a line of ${file} is longer than 16 MiB`;
  if (/expected number of columns|sniffing/i.test(message))
    return `${file} has rows of different lengths, or another delimiter than declared`;
  if (/unicode|utf-?8/i.test(message)) return `${file} is not UTF-8`;
  if (message.startsWith('Malformed JSON')) return `${file} does not hold one JSON object a line`;
  return `${file} is broken or not what its ending says (${type})`;
}
