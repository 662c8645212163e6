import type { GoldDefinition } from './pipeline-schema.ts';
import type { Report } from './report.ts';

/** Finds what does not go with a gold dataset that is, or is not, made key by key. */
export function checkKeyed(path: readonly string[], gold: GoldDefinition, report: Report): void {
  const name = path.join('.');
  if (gold.kind !== 'keyed') {
    if (gold.buckets === undefined) return;
    report([...path, 'buckets'], `\`${name}\` is divided by days, not into buckets.`, 'Use kind keyed, or remove `buckets`.');
    return;
  }
  if (gold.key === undefined) {
    report(path, `\`${name}\` is of kind keyed but has no \`key\`.`, 'Name the columns by which its rows are recomputed.');
  }
  for (const [index, check] of gold.checks.entries()) {
    if (check.severity !== 'quarantine') continue;
    report(
      [...path, 'checks', String(index)],
      'Rows of a keyed dataset cannot be set aside.',
      'Set them aside in the silver dataset that it reads, or use severity error or warn.',
    );
  }
  if (gold.eventTime !== undefined) {
    report([...path, 'eventTime'], 'A keyed dataset has no event time.', 'Use kind event, or remove `eventTime`.');
  }
}
