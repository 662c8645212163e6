/** One measured figure. `limit` absent: informative. `atLeast`: the limit is a lower bound, otherwise an upper one. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: { readonly kind: 'at most' | 'at least'; readonly value: number };
}

/** Measures something and returns its figures. */
export type Benchmark = (log: (line: string) => void) => Promise<readonly Figure[]>;

/** The middle of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 0 ? (low + high) / 2 : high;
}

/** Tells whether a figure keeps its limit. */
function isKept({ value, limit }: Figure): boolean {
  if (limit === undefined) return true;
  return limit.kind === 'at most' ? value <= limit.value : value >= limit.value;
}

/** Prints figures as a table and, last, as one line of JSON; returns the exit code. */
export function printFigures(bench: string, figures: readonly Figure[], print: (line: string) => void): number {
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const figure of figures) {
    const { name, value, unit, limit } = figure;
    const bar = limit === undefined ? '' : `  ${limit.kind} ${limit.value} ${unit}: ${isKept(figure) ? 'ok' : 'MISSED'}`;
    print(`  ${name.padEnd(width)}  ${round(value).toString().padStart(12)} ${unit}${bar}`);
  }
  const record = figures.map((figure) => ({
    name: figure.name,
    value: round(figure.value),
    unit: figure.unit,
    limit: figure.limit?.value ?? null,
    ok: isKept(figure),
  }));
  print(JSON.stringify({ bench, figures: record }));
  return figures.every(isKept) ? 0 : 1;
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
