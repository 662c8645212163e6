import type { BronzeDefinition, Pipeline } from './pipeline-schema.ts';
import type { Report } from './report.ts';
import { FILE_ENDINGS, fileKindOf, isInsideFolder } from './sources.ts';

/** Finds what an extract says that its kind of source cannot do. */
export function checkFiles(path: readonly string[], bronze: BronzeDefinition, source: Pipeline['source']['kind'], report: Report): void {
  if (source !== 'files') {
    if (bronze.format !== undefined) {
      report(
        [...path, 'format'],
        `A ${source} source has no \`format\`.`,
        'Remove it; it says how the CSV files of a `files` source are written.',
      );
    }
    return;
  }
  if (bronze.query !== undefined) {
    const hint = 'Name the files with `table`, and put the SQL into a silver model; or read them through a DuckDB database.';
    report([...path, 'query'], 'A source of files cannot be queried.', hint);
  }
  if (bronze.table !== undefined) checkPattern(path, bronze.table, bronze, report);
}

function checkPattern(path: readonly string[], pattern: string, bronze: BronzeDefinition, report: Report): void {
  const kind = fileKindOf(pattern);
  if (kind === undefined) {
    report(
      [...path, 'table'],
      `\`${pattern}\` does not say what kind of files these are.`,
      `End it with one of ${FILE_ENDINGS.join(', ')}.`,
    );
  }
  if (!isInsideFolder(pattern)) {
    const hint = "Write a path or a pattern relative to the source's `folder`, e.g. `orders/*.parquet`.";
    report([...path, 'table'], `\`${pattern}\` leads outside the folder of the source.`, hint);
  }
  if (kind !== undefined && kind !== 'csv' && bronze.format !== undefined) {
    report(
      [...path, 'format'],
      `\`format\` has no meaning for \`${pattern}\`.`,
      'Only CSV files are written in different ways; remove it.',
    );
  }
}
