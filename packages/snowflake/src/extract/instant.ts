import { SnowmeltError } from '@snowmelt/core/ports';

const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?)?Z?$/;

/**
 * Writes an instant in UTC as `YYYY-MM-DD HH:MM:SS.nnnnnnnnn`, keeping every digit; such texts sort by time.
 * @throws internal/unexpected for other text, which must not reach a statement
 */
export function instantText(text: string): string {
  const match = INSTANT.exec(text);
  if (match === null) {
    throw new SnowmeltError('internal/unexpected', { message: `\`${text}\` is not an instant in UTC.` });
  }
  const [, day = '', time = '00:00:00', fraction = ''] = match;
  return `${day} ${time}.${fraction.padEnd(9, '0')}`;
}
