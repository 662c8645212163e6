import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { Column, ColumnType } from '../sql/column-type.ts';

/**
 * Replaces values of personal columns by others of the same form: letters by letters, digits by digits, so that lengths, cases and
 * signs stay. Equal values become equal ones, so that rows still meet; without `salt` nobody can tell what they were.
 */
export async function maskRows(
  rows: readonly FixtureRow[],
  columns: readonly Column[],
  personal: ReadonlySet<string>,
  salt: string,
): Promise<readonly FixtureRow[]> {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const maskCell = async ([name, value]: [string, string | null]): Promise<[string, string | null]> => {
    const type = types.get(name);
    return value === null || type === undefined || !personal.has(name) ? [name, value] : [name, await maskValue(value, type, salt)];
  };
  return await Promise.all(rows.map(async (row) => Object.fromEntries(await Promise.all(Object.entries(row).map(maskCell)))));
}

async function maskValue(value: string, type: ColumnType, salt: string): Promise<string | null> {
  switch (type.kind) {
    case 'boolean':
      return value;
    case 'json':
      return null;
    case 'date':
      return '2000-01-01';
    case 'timestamp':
      return '2000-01-01 00:00:00';
    case 'time':
      return '00:00:00';
    case 'varchar':
      return await maskText(value, salt, replaceCharacter);
    default:
      return await maskText(value, salt, replaceDigit);
  }
}

type Replace = (character: string, random: number) => string;

async function maskText(value: string, salt: string, replace: Replace): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${salt} ${value}`)));
  return [...value].map((character, i) => replace(character, (bytes[i % bytes.length] ?? 0) + i * 7)).join('');
}

// A leading zero would make another number of it.
const replaceDigit: Replace = (character, random) => {
  if (/[1-9]/.test(character)) return String((random % 9) + 1);
  return /[0a-fA-F]/.test(character) ? '0' : character;
};

const replaceCharacter: Replace = (character, random) => {
  if (/\p{Nd}/u.test(character)) return String(random % 10);
  if (/\p{Lu}/u.test(character)) return String.fromCharCode(65 + (random % 26));
  return /\p{L}/u.test(character) ? String.fromCharCode(97 + (random % 26)) : character;
};
