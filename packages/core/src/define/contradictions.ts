import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { findBronzeContradictions } from './bronze-contradictions.ts';
import { findCheckContradictions } from './check-contradictions.ts';
import { findCleaningContradictions } from './cleaning-contradictions.ts';
import { type DeclarationFile, declarationPlace } from './declaration-file.ts';
import { findEvolutionContradictions } from './evolution-contradictions.ts';
import { checkFiles } from './file-contradictions.ts';
import { checkHistory } from './history-contradictions.ts';
import { checkKeyed } from './keyed-contradictions.ts';
import { findLineageContradictions } from './lineage.ts';
import type { Pipeline, SilverDefinition } from './pipeline-schema.ts';
import { needColumns, type Report } from './report.ts';
import { findSourceContradictions } from './source-contradictions.ts';

/** Finds what a schema cannot see: keys that exclude or need each other, and columns that do not exist. */
export function findContradictions(pipeline: Pipeline, file: DeclarationFile): SnowmeltError[] {
  const errors: SnowmeltError[] = [];
  const report: Report = (path, message, hint) => {
    errors.push(new SnowmeltError('config/invalid', { message, hint, at: declarationPlace(file, path) }));
  };
  findSourceContradictions(pipeline.source, report);
  findLineageContradictions(pipeline.lineage, report);
  for (const [table, bronze] of Object.entries(pipeline.bronze)) {
    findBronzeContradictions(['bronze', table], bronze, pipeline.source, report);
    checkFiles(['bronze', table], bronze, pipeline.source.kind, report);
  }
  for (const [table, silver] of Object.entries(pipeline.silver)) {
    checkSilver(['silver', table], silver, pipeline, report);
    checkHistory(['silver', table], silver, pipeline.bronze, report);
  }
  for (const [table, gold] of Object.entries(pipeline.gold)) {
    checkEventTime(['gold', table], gold, report);
    checkKeyed(['gold', table], gold, report);
  }
  for (const layer of ['silver', 'gold'] as const)
    for (const [table, dataset] of Object.entries(pipeline[layer])) findCheckContradictions([layer, table], dataset, report);
  findEvolutionContradictions(pipeline, report);
  return errors;
}

function checkSilver(path: readonly string[], silver: SilverDefinition, pipeline: Pipeline, report: Report): void {
  checkEventTime(path, silver, report);
  const name = path.join('.');
  if ((silver.from === undefined) === (silver.sql === undefined)) {
    report(path, `\`${name}\` needs exactly one of \`from\` and \`sql\`.`, 'Name the bronze dataset to clean, or the SQL file.');
    return;
  }
  if (silver.from !== undefined && silver.columns === undefined) {
    report(path, `\`${name}\` has \`from\` but no \`columns\`.`, 'List the columns with their types and rules.');
  }
  if (silver.columns === undefined) {
    for (const key of ['version', 'distinct'] as const) {
      if (silver[key] !== undefined)
        report(
          [...path, key],
          `\`${key}\` needs \`columns\`.`,
          'Rows are cleaned and merged by declared columns; the SQL file alone does not say which.',
        );
    }
    return;
  }
  checkCleaning(path, silver, silver.columns, pipeline, report);
}

function checkCleaning(
  path: readonly string[],
  silver: SilverDefinition,
  columns: NonNullable<SilverDefinition['columns']>,
  pipeline: Pipeline,
  report: Report,
): void {
  const names = Object.keys(columns);
  needColumns([...path, 'key'], silver.key ?? [], names, report);
  needColumns([...path, 'version'], silver.version === undefined ? [] : [silver.version], names, report);
  needColumns([...path, 'distinct'], silver.distinct ?? [], names, report);
  needColumns([...path, 'eventTime'], silver.eventTime === undefined ? [] : [silver.eventTime], names, report);
  if (silver.version !== undefined && silver.key === undefined) {
    report([...path, 'version'], 'A version without a key decides nothing.', 'Name the `key` of which the latest version stays.');
  }
  findCleaningContradictions(path, silver, pipeline, report);
  checkWindowSnapshot(path, silver, pipeline, report);
}

function checkWindowSnapshot(path: readonly string[], silver: SilverDefinition, pipeline: Pipeline, report: Report): void {
  const bronze = silver.from === undefined ? undefined : pipeline.bronze[silver.from.replace(/^bronze\./, '')];
  if (silver.kind !== 'snapshot' || bronze?.mode !== 'window') return;
  if (silver.key === undefined || silver.version === undefined) {
    report(
      path,
      `\`${path.join('.')}\` is a snapshot of a table that is read in windows, so it needs \`key\` and \`version\`.`,
      'Each window brings changed rows only; the key says which rows they replace.',
    );
  }
  if (silver.distinct !== undefined) {
    report(
      [...path, 'distinct'],
      '`distinct` cannot be kept right in a snapshot that is merged window by window.',
      'Read the table in mode full, make the dataset `event`, or use `key`.',
    );
  }
}

function checkEventTime(
  path: readonly string[],
  model: { readonly kind: string; readonly eventTime?: string | undefined },
  report: Report,
): void {
  if (model.kind === 'event' && model.eventTime === undefined) {
    report(
      path,
      `\`${path.join('.')}\` is of kind event but has no \`eventTime\`.`,
      'Name the column whose day says which partition a row belongs to.',
    );
  }
  if (model.kind === 'snapshot' && model.eventTime !== undefined) {
    report([...path, 'eventTime'], 'A snapshot has no event time.', 'Use kind event, or remove `eventTime`.');
  }
}
