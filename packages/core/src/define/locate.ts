import type { Position } from '../sql/position.ts';

/**
 * Finds a declared key in the text of the configuration file, by looking for the path's names one inside the other.
 * The declaration is ordinary TypeScript and may be computed, so this is a good guess, and undefined where it is none.
 */
export function locateKey(text: string, path: readonly PropertyKey[]): Position | undefined {
  let from = 0;
  let found = false;
  for (const part of path) {
    if (typeof part !== 'string') continue;
    const match = keyPattern(part).exec(text.slice(from));
    if (match === null) break;
    from += match.index + match[0].indexOf(part);
    found = true;
  }
  if (!found) return undefined;
  const before = text.slice(0, from).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function keyPattern(key: string): RegExp {
  const escaped = key.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  return new RegExp(`(?<![\\w$])['"]?${escaped}['"]?\\s*:`);
}
