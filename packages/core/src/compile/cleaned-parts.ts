import type { CleaningColumn, SilverDefinition } from '../define/pipeline-schema.ts';
import type { SilverOrigin } from '../layers/silver/silver-dataset.ts';
import type { ModelFile } from './compile-model.ts';
import { columnParts, definitionParts } from './definition-parts.ts';

/** The parts of the definition of a cleaned dataset. */
export function cleanedParts(
  definition: SilverDefinition,
  rules: Readonly<Record<string, CleaningColumn>>,
  origin: SilverOrigin,
  file: ModelFile | undefined,
): Promise<Readonly<Record<string, string>>> {
  const { kind, eventTime, key, version, distinct, from } = definition;
  return definitionParts({
    kind,
    'event time': eventTime,
    key,
    version,
    'what is distinct': distinct,
    'what it is made from': from,
    'its SQL': file?.model.canonical,
    'the columns that it starts from': origin.columns,
    'how its source is read': origin.kind === 'bronze' ? origin.mode : undefined,
    'the order of its columns': Object.keys(rules),
    ...columnParts(Object.fromEntries(Object.entries(rules).map(([name, { renamedFrom: _before, ...rule }]) => [name, rule]))),
  });
}
