import type { ColumnType } from '../../../sql/column-type.ts';
import { matches } from '../../../sql/conditions.ts';
import { type DateFormat, isFormatFault, MONTHS, readDateFormat } from '../../../sql/date-format.ts';
import type { Words } from '../../../sql/render.ts';

/** The formats of a column, read; the declaration's contradictions have been found before. */
export function formatsOf(format: string | readonly string[]): readonly DateFormat[] {
  return [format].flat().flatMap((one) => {
    const read = readDateFormat(one);
    return isFormatFault(read) ? [] : [read];
  });
}

/** What texts of these formats are. */
export function typeOfFormats(formats: readonly DateFormat[]): ColumnType {
  if (formats.every(({ hasDate }) => !hasDate)) return { kind: 'time' };
  return { kind: formats.some(({ hasTime }) => hasTime) ? 'timestamp' : 'date' };
}

/**
 * Reads a text by the first format that fits. The text is brought into the one form that both engines read alike, because
 * their own functions for formats differ in what they let pass. NULL where no format fits, or there is no such day.
 */
export function parseFormat(text: string, formats: readonly DateFormat[], words: Words): string {
  const type = typeOfFormats(formats);
  const cases = formats.map((format) => {
    const spelt = format.ignoresCase ? `upper(${text})` : text;
    return `WHEN ${matches(spelt, format.pattern, words)} THEN ${momentOf(spelt, format, type, words)}`;
  });
  return `CASE ${cases.join(' ')} END`;
}

function momentOf(text: string, format: DateFormat, type: ColumnType, words: Words): string {
  const mark = words.dialect === 'duckdb' ? '\\' : '$';
  const iso = format.iso.map((part) => (typeof part === 'number' ? `${mark}${part}` : part)).join('');
  // Spark has no type for times: they are texts, all in one form.
  const isSparkTime = type.kind === 'time' && words.dialect === 'spark';
  const ordered = `regexp_replace(${text}, ${words.text(`^(?:${format.pattern})\\z`)}, ${words.text(isSparkTime ? `1970-01-01 ${iso}` : iso)})`;
  const moment = `TRY_CAST(${numberMonths(ordered, format)} AS ${words.type(isSparkTime ? { kind: 'timestamp' } : type)})`;
  const whole = format.isHalfDay ? `${moment} + ${halfDay(text, moment, words)}` : moment;
  return isSparkTime ? `date_format(${whole}, 'HH:mm:ss.SSSSSS')` : whole;
}

function numberMonths(iso: string, { months }: DateFormat): string {
  if (months === 'number') return iso;
  return MONTHS.reduce((text, name, index) => {
    const written = months === 'short' ? name.slice(0, 3) : name;
    return `replace(${text}, '-${written}-', '-${String(index + 1).padStart(2, '0')}-')`;
  }, iso);
}

// 12 AM is midnight, 12 PM is noon.
function halfDay(text: string, moment: string, words: Words): string {
  const hours = (count: number): string => (words.dialect === 'duckdb' ? `to_hours(${count})` : `INTERVAL '${count}' HOUR`);
  const isTwelve = `hour(${moment}) = 12`;
  return `CASE WHEN ${isTwelve} AND ${text} LIKE '%AM%' THEN ${hours(-12)} WHEN NOT ${isTwelve} AND ${text} LIKE '%PM%' THEN ${hours(12)} ELSE ${hours(0)} END`;
}
