import { fingerprintOf } from './fingerprint.ts';

/** Digests the parts of a definition one by one. A part that is undefined is not there. */
export async function definitionParts(parts: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, string>>> {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    await Promise.all(given.map(async ([name, value]) => [name, (await fingerprintOf(value)).slice(0, 8)] as const)),
  );
}

/** The same parts of each column, named after it. */
export function columnParts(columns: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(columns).map(([name, value]) => [`column ${name}`, value]));
}
