const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** A length of time in its greatest unit, e.g. `1.5 days`. */
export function ageText(seconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? ['second', 1];
  const amount = Math.round((seconds / length) * 10) / 10;
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
