import type { BronzeDefinition, Pipeline } from './pipeline-schema.ts';
import type { Report } from './report.ts';

/** Finds extracts that cannot be read by several statements as of one instant. */
export function findSliceContradictions(
  path: readonly string[],
  { slices, query, transport }: BronzeDefinition,
  source: Pipeline['source']['kind'],
  report: Report,
): void {
  if (slices === undefined) return;
  const at = [...path, 'slices'];
  if (source !== 'snowflake') {
    report(at, '`slices` is for Snowflake sources.', 'Remove it: files and DuckDB databases are read by all processors as it is.');
    return;
  }
  if (query !== undefined) {
    report(
      at,
      'Only a table can be read in slices: a query has no past to be seen as of one instant.',
      'Name the `table`, or remove `slices`.',
    );
  }
  if (transport === 'rows') {
    report(at, 'Transport rows is for look-ups, which one statement answers.', 'Use transport raw or unload, or remove `slices`.');
  }
}
