import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { keyVariables } from '../../../protect/key-variables.ts';
import type { Words } from '../../../sql/render.ts';

/** How personal data is protected. */
type Protection = NonNullable<CleaningColumn['protect']>;

/** Hexadecimal digits of a token, unless it is declared: 80 bits. */
const TOKEN_DIGITS = 20;

/**
 * SQL for the HMAC-SHA-256 (RFC 2104) of a text in UTF-8, as hexadecimal digits, or the beginning of it with a prefix. The SQL
 * holds no key: the engine gives what the key makes of the two pads to its variables when it executes a step.
 */
export function protectText(text: string, { method, key, prefix = '', digits = TOKEN_DIGITS }: Protection, words: Words): string {
  const hash = hmac(text, key, words);
  if (method === 'hash') return hash;
  const token = `substr(${hash}, 1, ${digits})`;
  return prefix === '' ? token : `${words.text(prefix)} || ${token}`;
}

function hmac(text: string, key: string, words: Words): string {
  const { inner, outer } = keyVariables(key);
  if (words.dialect === 'spark') {
    return `sha2(concat(${outer}, unhex(sha2(concat(${inner}, encode(${text}, 'UTF-8')), 256))), 256)`;
  }
  // A variable that is not set is NULL, and would make every value NULL.
  const missing = words.text(`The key ${key} is not there.`);
  const variable = (name: string): string => `COALESCE(CAST(getvariable(${words.text(name)}) AS BLOB), CAST(error(${missing}) AS BLOB))`;
  return `sha256(${variable(outer)} || unhex(sha256(${variable(inner)} || encode(${text}))))`;
}
