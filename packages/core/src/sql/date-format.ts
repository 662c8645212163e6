import { nearest } from '../errors/nearest.ts';

/** One way to write a date, a time or both: what a text must match, and how its groups are put in the order of ISO 8601. */
export interface DateFormat {
  /** If `ignoresCase`, for upper-case text. Groups are numbered in the order of the format. */
  readonly pattern: string;
  readonly ignoresCase: boolean;
  /** What to make of a match: literal text, and groups by their number. */
  readonly iso: readonly (string | number)[];
  readonly hasDate: boolean;
  readonly hasTime: boolean;
  readonly months: 'number' | 'short' | 'long';
  /** The hours count to twelve, and a text says AM or PM. */
  readonly isHalfDay: boolean;
}

/** What is wrong with a format. */
export interface FormatFault {
  readonly message: string;
  readonly hint: string;
}

/** The months as texts name them, in English. */
export const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'half';

interface Element {
  readonly part: Part;
  readonly pattern: string;
  /** The pattern beside another number: all digits are there. Undefined: it consists of letters. */
  readonly tight?: string;
}

const TWO = { pattern: '[0-9]{1,2}', tight: '[0-9]{2}' };

// The longer names come first.
const ELEMENTS: Readonly<Record<string, Element>> = {
  YYYY: { part: 'year', pattern: '[0-9]{4}', tight: '[0-9]{4}' },
  MMMM: { part: 'month', pattern: MONTHS.join('|') },
  MON: { part: 'month', pattern: MONTHS.map((name) => name.slice(0, 3)).join('|') },
  MM: { part: 'month', ...TWO },
  DD: { part: 'day', ...TWO },
  HH24: { part: 'hour', pattern: '[01]?[0-9]|2[0-3]', tight: '[01][0-9]|2[0-3]' },
  HH12: { part: 'hour', pattern: '0?[1-9]|1[0-2]', tight: '0[1-9]|1[0-2]' },
  AM: { part: 'half', pattern: 'AM|PM' },
  PM: { part: 'half', pattern: 'AM|PM' },
  MI: { part: 'minute', ...TWO },
  SS: { part: 'second', ...TWO },
  FF: { part: 'fraction', pattern: '[0-9]{1,6}', tight: '[0-9]{1,6}' },
};

/** The elements that a format can have. */
const FORMAT_ELEMENTS = 'YYYY, MM, MON, MMMM, DD, HH24, HH12 with AM, MI, SS, FF and the letter T; other letters stand in double quotes';

type Item = { readonly name: string; readonly element: Element } | { readonly literal: string };

/** Reads a format as Snowflake writes it. */
export function readDateFormat(format: string): DateFormat | FormatFault {
  const items: Item[] = [];
  for (let rest = format; rest !== ''; ) {
    const found = nextItem(rest);
    if ('message' in found) return found;
    items.push(found.item);
    rest = rest.slice(found.length);
  }
  return (
    findFault(
      format,
      items.flatMap((item) => ('element' in item ? [item] : [])),
    ) ?? assemble(items)
  );
}

/** Tells whether a format could not be read. */
export function isFormatFault(read: DateFormat | FormatFault): read is FormatFault {
  return 'message' in read;
}

function nextItem(rest: string): { readonly item: Item; readonly length: number } | FormatFault {
  const quoted = /^"([^"]*)"/.exec(rest);
  if (quoted !== null) return { item: { literal: quoted[1] ?? '' }, length: quoted[0].length };
  const name = Object.keys(ELEMENTS).find((element) => rest.toUpperCase().startsWith(element));
  const element = ELEMENTS[name ?? ''];
  if (name !== undefined && element !== undefined) {
    // How many digits a fraction may have does not matter: those that a timestamp cannot hold must be zeros.
    const digits = name === 'FF' && /^FF[0-9]/i.test(rest) ? 1 : 0;
    return { item: { name, element }, length: name.length + digits };
  }
  const [sign = ''] = rest;
  const isLiteral = !/[a-z]/i.test(sign) || /^T(?!Z)/.test(rest);
  return !isLiteral ? unknownElement(/^[a-z]+/i.exec(rest)?.[0] ?? sign) : { item: { literal: sign }, length: 1 };
}

function unknownElement(letters: string): FormatFault {
  if (/^Y/i.test(letters)) {
    return { message: `\`${letters}\` does not say which century a year is of.`, hint: 'Use YYYY, or put the century in with `expr`.' };
  }
  if (/^TZ/i.test(letters)) {
    return { message: 'A format cannot read offsets.', hint: 'Cut the offset off with `expr`, and add it with DATEADD.' };
  }
  const like = nearest(letters.toUpperCase(), Object.keys(ELEMENTS));
  const guess = like === undefined ? '' : `Did you mean \`${like}\`? `;
  return { message: `\`${letters}\` is not an element of a format.`, hint: `${guess}Elements are ${FORMAT_ELEMENTS}.` };
}

type Named = { readonly name: string; readonly element: Element };

function findFault(format: string, elements: readonly Named[]): FormatFault | undefined {
  const parts = elements.map(({ element }) => element.part);
  const has = (part: Part): boolean => parts.includes(part);
  const twice = parts.find((part, index) => parts.indexOf(part) !== index);
  if (twice !== undefined) return { message: `\`${format}\` says the ${twice} twice.`, hint: 'Keep one of them.' };
  const dates = (['year', 'month', 'day'] as const).filter(has);
  if (dates.length === 0 && !has('hour'))
    return { message: `\`${format}\` has no date and no time.`, hint: `Elements are ${FORMAT_ELEMENTS}.` };
  if (dates.length !== 0 && dates.length !== 3) {
    return {
      message: `\`${format}\` does not say which day it is.`,
      hint: 'A date has a year (YYYY), a month (MM, MON, MMMM) and a day (DD).',
    };
  }
  const times = (['hour', 'minute', 'second', 'fraction'] as const).filter(has);
  if (times.join() !== ['hour', 'minute', 'second', 'fraction'].slice(0, times.length).join() || times.length === 1) {
    return {
      message: `\`${format}\` does not say what time it is.`,
      hint: 'A time has hours and minutes, then perhaps seconds, then perhaps a fraction.',
    };
  }
  if (elements.some(({ name }) => name === 'HH12') !== has('half')) {
    return { message: `\`${format}\` has only one of HH12 and AM.`, hint: 'HH12 needs AM; HH24 stands alone.' };
  }
  return undefined;
}

function assemble(items: readonly Item[]): DateFormat {
  const elements = items.flatMap((item) => ('element' in item ? [item] : []));
  const group = (part: Part): number => elements.findIndex(({ element }) => element.part === part) + 1;
  const [hasDate, hasTime] = [group('year') > 0, group('hour') > 0];
  const time = (['minute', 'second'] as const).flatMap((part) => (group(part) > 0 ? [':', group(part)] : []));
  const fraction = group('fraction') > 0 ? ['.', group('fraction')] : [];
  const date = hasDate ? [group('year'), '-', group('month'), '-', group('day')] : [];
  const month = elements.find(({ element }) => element.part === 'month')?.name;
  const isHalfDay = group('half') > 0;
  return {
    pattern: items.map((item, index) => patternOf(item, [items[index - 1], items[index + 1]])).join(''),
    ignoresCase: isHalfDay || (month !== 'MM' && hasDate) || items.some((item) => 'literal' in item && /[a-z]/i.test(item.literal)),
    iso: [...date, ...(hasDate && hasTime ? [' '] : []), ...(hasTime ? [group('hour'), ...time, ...fraction] : [])],
    hasDate,
    hasTime,
    months: month === 'MON' ? 'short' : month === 'MMMM' ? 'long' : 'number',
    isHalfDay,
  };
}

function patternOf(item: Item, neighbours: readonly (Item | undefined)[]): string {
  if ('literal' in item) return item.literal.toUpperCase().replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  const { pattern, tight, part } = item.element;
  const isTight = neighbours.some((one) => one !== undefined && 'element' in one && one.element.tight !== undefined);
  return `(${isTight ? (tight ?? pattern) : pattern})${part === 'fraction' ? '0*' : ''}`;
}
