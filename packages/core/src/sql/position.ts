import type { Token } from './token.ts';

/** A 1-based place in a text. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The line and column of a code point offset. */
export function positionAt(text: string, offset: number): Position {
  const before = [...text].slice(0, offset).join('').split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}

/**
 * Finds the place in the original that a place in the translation came from: the translator keeps no map, but it keeps
 * names and their order, so the n-th occurrence of a word there is the n-th occurrence here.
 */
export function originOf(original: readonly Token[], translated: readonly Token[], offset: number): Token | undefined {
  const index = translated.findIndex((token) => token.end > offset);
  const word = translated[index]?.text.toLowerCase();
  if (word === undefined) return undefined;
  const nth = translated.slice(0, index).filter((token) => token.text.toLowerCase() === word).length;
  const same = original.filter((token) => token.text.toLowerCase() === word);
  return same[nth] ?? same[0];
}
