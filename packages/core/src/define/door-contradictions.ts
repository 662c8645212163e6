import type { BronzeDefinition, Pipeline } from './pipeline-schema.ts';
import { needColumns, type Report } from './report.ts';

/** Finds what the schema of an extract cannot see in what it expects of its batches. */
export function findDoorContradictions(
  path: readonly string[],
  bronze: BronzeDefinition,
  source: Pipeline['source']['kind'],
  report: Report,
): void {
  if (bronze.drift !== 'freeze' && source !== 'snowflake') {
    const hint = 'Remove it: what does not fit stops the extract, and new columns are announced.';
    report([...path, 'drift'], `\`drift: '${bronze.drift}'\` is for Snowflake sources.`, hint);
  }
  if ((bronze.drift === 'quarantine') !== (bronze.quarantine !== undefined)) {
    const message = bronze.drift === 'quarantine' ? "`drift: 'quarantine'` needs a budget." : "`quarantine` needs `drift: 'quarantine'`.";
    report([...path, 'quarantine'], message, "Write both, e.g. `drift: 'quarantine', quarantine: { maxPercent: 1 }`, or neither.");
  }
  if (bronze.drift === 'quarantine' && (bronze.mode === 'changes' || bronze.mode === 'keys-diff')) {
    const hint = "Use `drift: 'freeze'` or `'evolve'`, or mode `full` or `window`.";
    report([...path, 'drift'], `Mode \`${bronze.mode}\` cannot set rows aside: among them could be the news that a row is gone.`, hint);
  }
  checkRows(path, bronze, report);
  checkFreshness(path, bronze, report);
}

function checkRows(path: readonly string[], { rows }: BronzeDefinition, report: Report): void {
  if (rows === undefined) return;
  const { min, max } = rows;
  if (min === undefined && max === undefined) {
    report([...path, 'rows'], '`rows` needs `min` or `max`.', 'Say how many rows one extraction brings at least or at most.');
  }
  if (min !== undefined && max !== undefined && min > max) {
    report([...path, 'rows'], `\`rows\` allows no number of rows: ${min} to ${max}.`, 'Write the smaller number as `min`.');
  }
}

function checkFreshness(path: readonly string[], { freshness, watermark, columns }: BronzeDefinition, report: Report): void {
  if (freshness === undefined) return;
  const at = [...path, 'freshness'];
  const name = freshness.column ?? watermark;
  if (name === undefined) {
    report(at, '`freshness` needs a `column`.', 'Name the column that says when a row was last changed.');
    return;
  }
  needColumns([...at, 'column'], [name], Object.keys(columns), report);
  const column = columns[name];
  if (column === undefined) return;
  const isInstant = column.type.kind === 'date' || column.type.kind === 'timestamp';
  if (isInstant && column.nanoseconds !== 'epoch') return;
  report([...at, 'column'], `\`${name}\` does not hold instants that can be compared.`, 'Name a column that is kept as DATE or TIMESTAMP.');
}
