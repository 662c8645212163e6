import { ageText } from './age-text.ts';
import type { Expectation } from './check.ts';
import { publishedFigure, writtenFigure } from './figure-history.ts';
import type { BuildFacts, Verdict } from './judge-build.ts';

/** Judges how old the newest value of a table is: of what was written, and of the days of an event table that stay. */
export function judgeAge(
  { figure, maxAgeSeconds }: Extract<Expectation, { kind: 'fresh' }>,
  { shape, partitions, measured, published, replacesAll, now }: BuildFacts,
): Pick<Verdict, 'isBroken' | 'violations' | 'detail' | 'measured'> {
  const written = new Set(partitions.map(({ day }) => day));
  const staying = shape === 'snapshot' || replacesAll ? [] : [...published].filter(([day]) => !written.has(day)).map(([, entry]) => entry);
  const instants = [
    ...partitions.map((partition) => writtenFigure(figure, partition, measured)),
    ...staying.map((entry) => publishedFigure(figure, entry) ?? null),
  ].filter((seconds) => seconds !== null);
  if (instants.length === 0) return { isBroken: true, violations: 1, detail: 'no row has a value' };
  const newest = instants.reduce((a, b) => Math.max(a, b));
  const ageSeconds = now.getTime() / 1000 - newest;
  if (ageSeconds <= maxAgeSeconds) return { isBroken: false, violations: 0, measured: ageSeconds };
  const detail = `the newest row is ${ageText(ageSeconds)} old, expected at most ${ageText(maxAgeSeconds)}`;
  return { isBroken: true, violations: 1, measured: ageSeconds, detail };
}
