import { unsupported } from '../../errors/snowflake-error.ts';
import { quoteText } from '../identifiers.ts';
import { macro } from '../macro-call.ts';

/** A part of a Snowflake date format: text for strftime, or a number of fractional digits. */
type FormatPart = { readonly kind: 'strftime'; readonly text: string } | { readonly kind: 'fraction'; readonly digits: number };

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

const ELEMENT = /YYYY|YY|MMMM|MON|MM|DD|DY|HH24|HH12|MI|SS|AM|PM|FF\d?|"[^"]*"|T(?![A-Z])|[^A-Z"]/iy;

/** Writes a date or time as text in one of Snowflake's formats. @throws SnowflakeError for an element that is not translated. */
export function printTimeFormat(value: string, format: string): string {
  const pieces = parseFormat(format).map((part) =>
    part.kind === 'fraction' ? macro('fraction', value, String(part.digits)) : macro('format_time', value, quoteText(part.text)),
  );
  return pieces.length === 0 ? "''" : pieces.join(' || ');
}

/** Gives the format for strptime. @throws SnowflakeError where reading needs more than it can. */
export function strptimeFormat(format: string): string {
  return parseFormat(format)
    .map((part) => (part.kind === 'fraction' ? '%n' : part.text))
    .join('');
}

function parseFormat(format: string): readonly FormatPart[] {
  const parts: FormatPart[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push({ kind: 'strftime', text });
    text = '';
  };
  for (let at = 0; at < format.length; at = ELEMENT.lastIndex) {
    ELEMENT.lastIndex = at;
    const element = ELEMENT.exec(format)?.[0];
    if (element === undefined) throw unsupported(`date format '${format}'`);
    const upper = element.toUpperCase();
    if (upper.startsWith('FF')) {
      flush();
      parts.push({ kind: 'fraction', digits: Number(upper.slice(2) || 9) });
    } else {
      text += ELEMENTS[upper] ?? literalPart(element);
    }
  }
  flush();
  return parts;
}

function literalPart(element: string): string {
  const text = element.startsWith('"') ? element.slice(1, -1) : element;
  return text.replaceAll('%', '%%');
}
