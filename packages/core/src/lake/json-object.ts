import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { ObjectKey } from '../layout/object-key.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a value as one line of JSON. */
export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(`${JSON.stringify(value)}\n`);
}

/** Reads what {@link encodeJson} wrote. The caller says what shape it is: only we write these objects. @throws lake/corrupt-log */
export function decodeJson<T>(key: ObjectKey, body: Uint8Array): T {
  try {
    const value: unknown = JSON.parse(decoder.decode(body));
    if (typeof value === 'object' && value !== null) return value as T;
    throw new TypeError('This is not a JSON object.');
  } catch (cause) {
    throw new SnowmeltError('lake/corrupt-log', {
      message: `\`${key}\` in the lake is not readable.`,
      hint: 'Restore this object from a backup or an earlier version of the bucket; data files are untouched.',
      cause,
    });
  }
}
