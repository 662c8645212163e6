/**
 * How a value of one column acts on a value of another. The first three put it there, as it is, changed, or together with
 * others; the rest only decide: which of several values it is, which rows there are, and in which order.
 */
export type ColumnUse = 'identity' | 'transformation' | 'aggregation' | 'conditional' | 'window' | 'filter' | 'join' | 'group-by' | 'sort';

/** One way from a column of a table to a value. */
export interface Edge {
  readonly table: string;
  readonly column: string;
  readonly use: ColumnUse;
  /** The value cannot be read from what becomes of it: it was hashed. */
  readonly masked: boolean;
}

/** Where a value comes from: each column and use once. */
export type Flow = readonly Edge[];

const STRENGTH: Readonly<Partial<Record<ColumnUse, number>>> = { identity: 0, transformation: 1, aggregation: 2 };

/** Tells whether the use puts the value itself there. */
export function isDirect(use: ColumnUse): boolean {
  return STRENGTH[use] !== undefined;
}

/** The flow of a column as it is. */
export function identityFlow(table: string, column: string): Flow {
  return [{ table, column, use: 'identity', masked: false }];
}

/** All edges of several flows. What one way shows openly is not masked by another. */
export function mergeFlows(...flows: readonly Flow[]): Flow {
  const merged = new Map<string, Edge>();
  for (const edge of flows.flat()) {
    const key = `${edge.table}\u0000${edge.column}\u0000${edge.use}`;
    const known = merged.get(key);
    merged.set(key, known === undefined || !edge.masked ? edge : known);
  }
  return [...merged.values()];
}

/** The flow of a value that is used for something else. */
export function passOn(flow: Flow, use: ColumnUse): Flow {
  if (use === 'identity') return flow;
  return mergeFlows(flow.map((edge) => ({ ...edge, use: composed(edge.use, use) })));
}

/** The same flow behind a function that hides its argument. */
export function mask(flow: Flow): Flow {
  return flow.map((edge) => (isDirect(edge.use) ? { ...edge, masked: true } : edge));
}

function composed(inner: ColumnUse, outer: ColumnUse): ColumnUse {
  const [before, after] = [STRENGTH[inner], STRENGTH[outer]];
  // What decides over a value decides over what is made of it, and whoever decides last is named.
  if (after === undefined) return outer;
  if (before === undefined) return inner;
  return before > after ? inner : outer;
}
