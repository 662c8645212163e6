/**
 * Finds for as many of `wanted` as possible an item of `there` of its own: by index, undefined where none is left. An item that
 * fits several is given to one that has no other, so the outcome does not depend on the order in which they are listed.
 */
export function matchRows<Wanted, There>(
  wanted: readonly Wanted[],
  there: readonly There[],
  fits: (wanted: Wanted, there: There) => boolean,
): readonly (number | undefined)[] {
  const takenBy = new Map<number, number>();
  const options = wanted.map((want) => there.flatMap((item, i) => (fits(want, item) ? [i] : [])));
  const assign = (want: number, tried: Set<number>): boolean => {
    for (const item of options[want] ?? []) {
      if (tried.has(item)) continue;
      tried.add(item);
      const holder = takenBy.get(item);
      if (holder !== undefined && !assign(holder, tried)) continue;
      takenBy.set(item, want);
      return true;
    }
    return false;
  };
  for (const want of wanted.keys()) assign(want, new Set());
  const found = new Map([...takenBy].map(([item, want]) => [want, item]));
  return wanted.map((_, want) => found.get(want));
}
