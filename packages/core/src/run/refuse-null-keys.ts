import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { ExtractReport } from '../ports/source.ts';
import type { ExtractStep } from '../steps/step.ts';

/** Demands a whole key of every row, where rows are told apart by it; the files' footers say so. @throws source/null-key */
export function refuseNullKeys({ dataset, request }: ExtractStep, { files, keys = [] }: ExtractReport): void {
  for (const column of request.changelog?.key ?? []) {
    const nulls = [...files, ...keys].reduce((sum, file) => sum + (file.columns[column]?.nulls ?? 0), 0);
    if (nulls === 0) continue;
    throw new SnowmeltError('source/null-key', {
      message: `${nulls} rows have no value in \`${column}\`, which is part of the key: nothing could say that they were deleted.`,
      hint: 'Fill the column in the source, or declare another `key`.',
      at: { dataset, field: column },
    });
  }
}
