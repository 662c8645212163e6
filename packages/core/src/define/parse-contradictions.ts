import { type DateFormat, isFormatFault, readDateFormat } from '../sql/date-format.ts';
import { readJsonPath } from '../sql/json-path.ts';
import type { CleaningColumn } from './pipeline-schema.ts';
import type { Report } from './report.ts';

type Path = readonly string[];

/** Finds what cannot be meant by `parse`: paths and formats that are none, marks that are digits, and types that do not go with them. */
export function findParseContradictions(at: Path, column: CleaningColumn, report: Report): void {
  const { parse, type } = column;
  if (parse === undefined) return;
  const where = [...at, 'parse'];
  if (parse.json === undefined && parse.format === undefined && parse.number === undefined) {
    report(where, '`parse` says nothing.', 'Say `json`, `format` or `number`.');
  }
  if (parse.format !== undefined && parse.number !== undefined) {
    report(where, 'A text is a date or a number, not both.', 'Keep `format` or `number`.');
    return;
  }
  if (parse.json !== undefined && readJsonPath(parse.json) === undefined) {
    report(
      [...where, 'json'],
      `\`${parse.json}\` is not a path to one value.`,
      "Paths look like `$.buyer.emails[0]` or `$['first name']`.",
    );
  }
  if (parse.number !== undefined) checkNumber([...where, 'number'], parse.number, type, report);
  if (parse.format !== undefined) checkFormats([...where, 'format'], [parse.format].flat(), column, report);
}

function checkNumber(
  where: Path,
  { decimal, group }: { readonly decimal: string; readonly group?: string | undefined },
  type: CleaningColumn['type'],
  report: Report,
): void {
  if (type.kind !== 'bigint' && type.kind !== 'decimal' && type.kind !== 'double') {
    report(where, 'Only a number can be read as a number.', 'Declare the type as NUMBER or FLOAT.');
  }
  if (decimal === group) report(where, `\`${decimal}\` cannot be both marks.`, "For 1.234,5 write `decimal: ',', group: '.'`.");
  for (const mark of [decimal, group ?? '_']) {
    if (/[0-9A-Za-z+-]/.test(mark)) report(where, `\`${mark}\` cannot be a mark of a number.`, 'Use a sign that no number has otherwise.');
  }
}

function checkFormats(where: Path, formats: readonly string[], { type, cast }: CleaningColumn, report: Report): void {
  const read: DateFormat[] = [];
  for (const format of formats) {
    const one = readDateFormat(format);
    if (isFormatFault(one)) report(where, one.message, one.hint);
    else read.push(one);
  }
  if (type.kind !== 'date' && type.kind !== 'timestamp' && type.kind !== 'time') {
    report(where, 'Only a date or a time can be read by a format.', 'Declare the type as DATE, TIME or TIMESTAMP_NTZ.');
    return;
  }
  if (read.some(({ hasDate }) => hasDate === (type.kind === 'time'))) {
    const hint = type.kind === 'time' ? 'Declare TIMESTAMP_NTZ, or leave the date out.' : 'Add YYYY, MM and DD, or declare TIME.';
    report(where, `A format does not give what a ${type.kind} is.`, hint);
  }
  if (type.kind === 'date' && cast !== 'truncate' && read.some(({ hasTime }) => hasTime)) {
    report(where, 'A format has a time, which a DATE cannot hold.', "Declare TIMESTAMP_NTZ, or say `cast: 'truncate'`.");
  }
}
