import { HISTORY_COLUMNS } from '../layout/history-columns.ts';
import type { Pipeline, SilverDefinition } from './pipeline-schema.ts';
import type { Report } from './report.ts';

/** Finds what does not go with a silver dataset that keeps all versions of its rows. */
export function checkHistory(path: readonly string[], silver: SilverDefinition, bronze: Pipeline['bronze'], report: Report): void {
  if (silver.kind !== 'history') return;
  const name = path.join('.');
  if (silver.from === undefined || silver.sql !== undefined) {
    report(
      path,
      `\`${name}\` is of kind history, so it needs \`from\` and no \`sql\`.`,
      'Versions are followed in the batches of a bronze dataset.',
    );
    return;
  }
  if (bronze[silver.from.replace(/^bronze\./, '')]?.mode === 'full') {
    report(
      [...path, 'from'],
      `\`${silver.from}\` is read in full, so what was between two extracts cannot be told.`,
      'Read it in mode window, changes or keys-diff, or use kind snapshot, which has a partition for every day.',
    );
  }
  if (silver.key === undefined || silver.version === undefined) {
    report(path, `\`${name}\` is of kind history, so it needs \`key\` and \`version\`.`, 'The version says since when a row is as it is.');
  }
  if (silver.eventTime !== undefined) report([...path, 'eventTime'], 'A history has no event time.', 'Remove `eventTime`.');
  if (silver.distinct !== undefined)
    report([...path, 'distinct'], 'A history keeps all versions of a row.', 'Remove `distinct`, or use kind snapshot.');
  checkColumns(path, silver, report);
}

function checkColumns(path: readonly string[], silver: SilverDefinition, report: Report): void {
  for (const [name, column] of Object.entries(silver.columns ?? {})) {
    const at = [...path, 'columns', name];
    if (HISTORY_COLUMNS.some((added) => added.name === name)) {
      report(
        at,
        `\`${name}\` is a column that a history adds itself.`,
        'Give the column another name, with `from` the one it has in bronze.',
      );
    }
    if (name !== silver.version) continue;
    if (column.type.kind !== 'date' && column.type.kind !== 'timestamp') {
      report([...at, 'type'], `\`${name}\` is the version of a history, but no time.`, 'Use a column of type DATE or TIMESTAMP_NTZ.');
    }
    if (column.onFail === 'null') {
      report(
        [...at, 'onFail'],
        `\`${name}\` says since when a row is as it is, so it cannot become NULL.`,
        'Use onFail quarantine or error.',
      );
    }
  }
}
