/** Chance that can be had again: the same seed gives the same choices on every machine. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** A whole number below `end`. */
  below(end: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** Some of the items, each at most once, in their order. */
  some<T>(items: readonly T[], count: number): readonly T[];
}

/** A generator for a seed and what it is for. */
export function seededRandom(seed: number, purpose: string): Random {
  const next = mulberry32(hashText(`${seed} ${purpose}`));
  const below = (end: number): number => Math.floor(next() * end);
  return {
    next,
    below,
    pick: <T>(items: readonly [T, ...T[]]): T => items[below(items.length)] ?? items[0],
    some: (items, count) => {
      const ranked = items.map((item, at) => ({ item, at, rank: next() })).sort((a, b) => a.rank - b.rank);
      return ranked
        .slice(0, count)
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item);
    },
  };
}

// mulberry32 by Tommy Ettinger, in the public domain: 32 bits of state, good enough to choose test values.
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// FNV-1a, 32 bits.
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
