import type { BronzeColumn } from './bronze-column.ts';
import { findDoorContradictions } from './door-contradictions.ts';
import type { BronzeDefinition, Pipeline } from './pipeline-schema.ts';
import { needColumns, type Report } from './report.ts';
import { findSliceContradictions } from './slice-contradictions.ts';

/** Finds what the schema of an extract cannot see: keys that exclude or need each other, and columns that do not exist. */
export function findBronzeContradictions(
  path: readonly string[],
  bronze: BronzeDefinition,
  source: Pipeline['source'],
  report: Report,
): void {
  const columns = Object.keys(bronze.columns);
  const name = path.join('.');
  if ((bronze.table === undefined) === (bronze.query === undefined)) {
    report(path, `\`${name}\` needs exactly one of \`table\` and \`query\`.`, 'Name the table to read, or write the query.');
  }
  if (columns.length === 0) report([...path, 'columns'], `\`${name}\` has no columns.`, 'List the columns to extract with their types.');
  if (source.kind !== 'snowflake') checkPlain(path, bronze, report);
  else checkTransport([...path, 'transport'], bronze, source, report);
  checkMode(path, bronze, source.kind, report);
  checkWatermark(path, bronze, report);
  findDoorContradictions(path, bronze, source.kind, report);
  findSliceContradictions(path, bronze, source.kind, report);
  for (const [column, declared] of Object.entries(bronze.columns)) checkColumn([...path, 'columns', column], declared, columns, report);
  needColumns([...path, 'key'], bronze.key ?? [], columns, report);
}

function checkTransport(
  path: readonly string[],
  { transport }: BronzeDefinition,
  { stage, auth }: Extract<Pipeline['source'], { kind: 'snowflake' }>,
  report: Report,
): void {
  if (transport === 'unload' && stage === undefined) {
    report(path, 'Transport unload needs a `stage` in `source`.', 'Name an external stage that Snowflake may write to.');
  }
  if (transport === 'chunks' && auth?.kind === 'workloadIdentity') {
    const hint = 'Use transport raw or unload, or another kind of `auth`.';
    report(path, 'Transport chunks cannot log in by workload identity.', hint);
  }
}

// Files and DuckDB are read in one way, and their types hold what they say.
function checkPlain(path: readonly string[], { transport, columns }: BronzeDefinition, report: Report): void {
  const hint = 'Remove it, or read from Snowflake.';
  if (transport !== 'auto') report([...path, 'transport'], '`transport` is for Snowflake sources.', hint);
  for (const [name, { nanoseconds, offset }] of Object.entries(columns)) {
    const at = [...path, 'columns', name];
    if (nanoseconds !== undefined) report([...at, 'nanoseconds'], '`nanoseconds` is for Snowflake sources.', hint);
    if (offset !== undefined) report([...at, 'offset'], '`offset` is for Snowflake sources.', hint);
  }
}

function checkMode(path: readonly string[], bronze: BronzeDefinition, source: Pipeline['source']['kind'], report: Report): void {
  const { mode, key, query, onGap } = bronze;
  if ((mode === 'changes' || mode === 'keys-diff') && key === undefined) {
    report(path, `\`${path.join('.')}\` has mode ${mode} but no \`key\`.`, 'Name the columns that say which row was deleted.');
  }
  if (mode !== 'changes') {
    if (onGap !== undefined) report([...path, 'onGap'], '`onGap` is for mode changes.', 'Remove it, or use mode changes.');
    return;
  }
  if (source !== 'snowflake') {
    report([...path, 'mode'], 'Mode changes is for Snowflake sources.', 'Use mode keys-diff, which finds deleted rows in any source.');
  }
  if (query !== undefined) {
    report([...path, 'query'], 'Snowflake tells the changes of a table, not of a query.', 'Name the `table`, or use mode keys-diff.');
  }
}

function checkWatermark(path: readonly string[], { mode, watermark, nullWatermark, columns }: BronzeDefinition, report: Report): void {
  if (nullWatermark !== undefined && mode !== 'window' && mode !== 'keys-diff') {
    report([...path, 'nullWatermark'], `Mode ${mode} reads by no watermark.`, 'Remove `nullWatermark`.');
  }
  if ((mode === 'window' || mode === 'keys-diff') && watermark === undefined) {
    report(
      path,
      `\`${path.join('.')}\` has mode ${mode} but no \`watermark\`.`,
      'Name the column that says when a row was last changed, or use mode full.',
    );
  }
  if (watermark === undefined) return;
  if (mode === 'full' || mode === 'changes')
    report([...path, 'watermark'], `A watermark has no meaning in mode ${mode}.`, 'Use mode window, or remove `watermark`.');
  if (columns[watermark]?.nanoseconds === 'epoch') {
    report(
      [...path, 'watermark'],
      'A watermark cannot be kept as epoch nanoseconds.',
      'Use `nanoseconds: "truncate"`: window ends keep all digits.',
    );
  }
  needColumns([...path, 'watermark'], [watermark], Object.keys(columns), report);
}

function checkColumn(path: readonly string[], column: BronzeColumn, columns: readonly string[], report: Report): void {
  const { kind } = column.type;
  if (column.nanoseconds !== undefined && kind !== 'timestamp' && kind !== 'time') {
    report([...path, 'nanoseconds'], '`nanoseconds` is for TIMESTAMP_NTZ and TIME.', 'Remove it.');
  }
  if (column.offset === undefined) return;
  if (kind !== 'timestamp') report([...path, 'offset'], '`offset` is for TIMESTAMP_NTZ.', 'Remove it.');
  const companion = `${path.at(-1)}_offset_minutes`;
  if (column.offset === 'keep' && columns.includes(companion)) {
    report([...path, 'offset'], `The offset goes to \`${companion}\`, which is declared already.`, 'Rename that column.');
  }
}
