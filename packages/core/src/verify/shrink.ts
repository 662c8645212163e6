/** How many tries are left; shared by all that shrink one finding. */
export interface Budget {
  left: number;
}

/**
 * Finds a small part of `items` that still has the property, by delta debugging (Zeller and Hildebrandt, 2002): leave out ever
 * smaller chunks as long as that changes nothing. The order stays. Ends early when the budget is used up.
 */
export async function shrink<T>(
  items: readonly T[],
  hasProperty: (items: readonly T[]) => Promise<boolean>,
  budget: Budget,
): Promise<readonly T[]> {
  let kept = items;
  let chunks = 2;
  while (kept.length > 1) {
    const smaller = await leaveOut(kept, chunks, hasProperty, budget);
    if (smaller !== undefined) {
      kept = smaller;
      chunks = Math.max(2, chunks - 1);
      continue;
    }
    if (chunks >= kept.length || budget.left <= 0) break;
    chunks = Math.min(kept.length, chunks * 2);
  }
  return kept;
}

async function leaveOut<T>(
  items: readonly T[],
  chunks: number,
  hasProperty: (items: readonly T[]) => Promise<boolean>,
  budget: Budget,
): Promise<readonly T[] | undefined> {
  const size = Math.ceil(items.length / chunks);
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, at) => at * size);
  // With two chunks, keeping one is leaving out the other.
  const candidates = [
    ...(chunks > 2 ? starts.map((start) => items.slice(start, start + size)) : []),
    ...starts.map((start) => [...items.slice(0, start), ...items.slice(start + size)]),
  ];
  for (const candidate of candidates) {
    if (budget.left <= 0) return undefined;
    budget.left -= 1;
    if (await hasProperty(candidate)) return candidate;
  }
  return undefined;
}
