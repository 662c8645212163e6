import { unsupported } from '../../errors/snowflake-error.ts';
import { quoteText } from '../identifiers.ts';
import { macro } from '../macro-call.ts';

const ELEMENTS: Readonly<Record<string, string>> = {
  YYYY: '%Y',
  YY: '%y',
  MMMM: '%B',
  MON: '%b',
  MM: '%m',
  DD: '%d',
  DY: '%a',
  HH24: '%H',
  HH12: '%I',
  MI: '%M',
  SS: '%S',
  AM: '%p',
  PM: '%p',
};

// Fractions of a second in strftime: microseconds, with zeros where Snowflake shows nanoseconds.
const FRACTIONS: Readonly<Record<string, string>> = { FF: '%f000', FF9: '%f000', FF6: '%f', FF3: '%g', FF0: '' };

const ELEMENT = /YYYY|YY|MMMM|MON|MM|DD|DY|HH24|HH12|MI|SS|AM|PM|FF\d?|"[^"]*"|T(?![A-Z])|[^A-Z"]/iy;

/** Writes a date or time as text in one of Snowflake's formats. @throws SnowflakeError for an element that is not translated. */
export function printTimeFormat(value: string, format: string): string {
  const text = translateFormat(format, FRACTIONS);
  const nanoseconds = translateFormat(format, { ...FRACTIONS, FF: '%n', FF9: '%n' });
  return macro('format_time', value, quoteText(text), quoteText(nanoseconds));
}

/** Gives the format for strptime. @throws SnowflakeError for an element that is not translated. */
export function strptimeFormat(format: string): string {
  return translateFormat(format, { FF: '%n', FF9: '%n', FF6: '%f', FF3: '%g' });
}

function translateFormat(format: string, fractions: Readonly<Record<string, string>>): string {
  let text = '';
  for (let at = 0; at < format.length; at = ELEMENT.lastIndex) {
    ELEMENT.lastIndex = at;
    const element = ELEMENT.exec(format)?.[0];
    if (element === undefined) throw unsupported(`date format '${format}'`);
    const upper = element.toUpperCase();
    const translated = upper.startsWith('FF') ? fractions[upper] : (ELEMENTS[upper] ?? literalPart(element));
    if (translated === undefined) throw unsupported(`date format element ${upper}`);
    text += translated;
  }
  return text;
}

function literalPart(element: string): string {
  const text = element.startsWith('"') ? element.slice(1, -1) : element;
  return text.replaceAll('%', '%%');
}
