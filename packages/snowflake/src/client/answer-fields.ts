/** Reads a list, item by item; undefined if it is none or an item has another shape. */
export function listOf<T>(values: unknown, parse: (value: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(values)) return undefined;
  const parsed: T[] = [];
  for (const value of values) {
    const one = parse(value);
    if (one === undefined) return undefined;
    parsed.push(one);
  }
  return parsed;
}

/** Reads a member of an object; undefined if there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

/** Reads a member that is a text. */
export function textOf(value: unknown, name: string): string | undefined {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member : undefined;
}

/** Reads a member that is a number. */
export function numberOf(value: unknown, name: string): number | undefined {
  const member = memberOf(value, name);
  return typeof member === 'number' && Number.isFinite(member) ? member : undefined;
}
