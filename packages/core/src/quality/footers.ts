import type { ColumnStatistics, WrittenPartition } from '../ports/data-file.ts';
import type { FooterQuestion } from '../ports/measure.ts';
import type { Column } from '../sql/column-type.ts';
import { orderExactly } from './order-exactly.ts';

/**
 * Answers a question from what the files' footers say, exactly or not at all. Not from them: texts (their ends may be cut off),
 * floating point (NaN is in no statistics), types without an order, and values outside bounds, of which footers only tell
 * that there are some.
 */
export function answerFromFooters(
  question: FooterQuestion | undefined,
  { files, rows }: Pick<WrittenPartition, 'files' | 'rows'>,
): number | null | undefined {
  if (question === undefined) return undefined;
  const name = typeof question.column === 'string' ? question.column : question.column.name;
  const known = files.flatMap(({ columns, rows: inFile }) => {
    const statistics = columns[name];
    return statistics === undefined ? [] : [{ statistics, rows: inFile }];
  });
  // What a file does not say must be looked up.
  if (known.length < files.length || (files.length === 0 && rows > 0)) return undefined;
  switch (question.kind) {
    case 'nulls':
      return known.reduce((sum, { statistics }) => sum + statistics.nulls, 0);
    case 'outside':
      return known.every((file) => isInside(file, question)) ? 0 : undefined;
    default:
      return endOf(
        question,
        known.filter((file) => hasValues(file)).map(({ statistics }) => statistics[question.kind]),
      );
  }
}

interface KnownFile {
  readonly statistics: ColumnStatistics;
  readonly rows: number;
}

function hasValues({ statistics, rows }: KnownFile): boolean {
  return statistics.nulls < rows;
}

function isInside(file: KnownFile, { column, min, max }: Extract<FooterQuestion, { kind: 'outside' }>): boolean {
  if (!hasValues(file)) return true;
  const { statistics } = file;
  const isHeld = (least: string | undefined, greatest: string | undefined): boolean => {
    const order = least === undefined || greatest === undefined ? undefined : orderExactly(column.type, least, greatest);
    return order !== undefined && order <= 0;
  };
  return (min === undefined || isHeld(min, statistics.min)) && (max === undefined || isHeld(statistics.max, max));
}

function endOf({ kind, column }: { readonly kind: 'min' | 'max'; readonly column: Column }, ends: readonly (string | undefined)[]) {
  const values = ends.map((text) => (text === undefined ? undefined : toNumber(column, text)));
  if (values.includes(undefined)) return undefined;
  const numbers = values.filter((value) => value !== undefined);
  if (numbers.length === 0) return null;
  return numbers.reduce((a, b) => (kind === 'min' ? Math.min(a, b) : Math.max(a, b)));
}

const INSTANT = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(\.\d+)?)?$/;

function toNumber({ type }: Column, text: string): number | undefined {
  if (type.kind === 'bigint' || type.kind === 'decimal') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  if (type.kind !== 'date' && type.kind !== 'timestamp') return undefined;
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  return Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}Z`) / 1000 + Number(match[3] ?? 0);
}
