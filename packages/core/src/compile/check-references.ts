import type { CheckDefinition } from '../define/pipeline-schema.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { type DatasetName, parseDatasetName } from '../layout/dataset-name.ts';
import { readModel } from '../sql/read-model.ts';
import type { Translator } from '../sql/translator.ts';

/** The other datasets that a dataset's checks read. What cannot be read is reported when the check is compiled. */
export function checkReferences(translator: Translator, name: DatasetName, checks: readonly CheckDefinition[]): readonly DatasetName[] {
  const found = checks.flatMap((check): readonly DatasetName[] => {
    try {
      if (check.kind === 'relationship') return [parseDatasetName(check.to)];
      return check.kind === 'sql' && check.query !== undefined
        ? readModel(translator, check.query, '')
            .references.map(({ dataset }) => dataset)
            .filter((dataset) => dataset !== name)
        : [];
    } catch (error) {
      if (isSnowmeltError(error)) return [];
      throw error;
    }
  });
  return [...new Set(found)];
}
