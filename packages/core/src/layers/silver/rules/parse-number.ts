import { matches } from '../../../sql/conditions.ts';
import type { Words } from '../../../sql/render.ts';
import { WHITE_SPACE } from './trim.ts';

/** How numbers are written. */
export interface NumberMarks {
  readonly decimal: string;
  readonly group?: string | undefined;
}

/** Turns a number with these marks into one with a point and no groups; NULL for anything else, groups of other than three digits too. */
export function parseNumber(text: string, { decimal, group }: NumberMarks, words: Words): string {
  const whole = group === undefined ? '[0-9]+' : `(?:[0-9]{1,3}(?:[${escapeMark(group)}][0-9]{3})+|[0-9]+)`;
  const point = `[${escapeMark(decimal)}]`;
  const pattern = `${WHITE_SPACE}*[+-]?(?:${whole}(?:${point}[0-9]*)?|${point}[0-9]+)${WHITE_SPACE}*`;
  const ungrouped = group === undefined ? text : `replace(${text}, ${words.text(group)}, '')`;
  const plain = decimal === '.' ? ungrouped : `replace(${ungrouped}, ${words.text(decimal)}, '.')`;
  return `CASE WHEN ${matches(text, pattern, words)} THEN ${plain} END`;
}

const escapeMark = (mark: string): string => (/[\\\]^[&~-]/.test(mark) ? `\\${mark}` : mark);
