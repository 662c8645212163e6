import { declarationPlace } from '../define/declaration-file.ts';
import type { SilverDefinition } from '../define/pipeline-schema.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetBase } from '../layers/dataset-base.ts';
import type { CleanedColumn } from '../layers/silver/cleaning.ts';
import { type DatasetName, tableOf } from '../layout/dataset-name.ts';
import { passOn } from '../sql/lineage/flow.ts';
import type { CompileContext } from './context.ts';
import { toFlow, toSources } from './trace-model.ts';

/** What is checked of a silver dataset: of a history, that no two versions of a key begin at the same time. */
export function checkedOf({ kind, key, checks }: SilverDefinition) {
  if (kind !== 'history') return { kind, key, checks };
  return { kind: 'snapshot' as const, key: [...(key ?? []), 'valid_from'], checks };
}

/** Adds where the columns of a history come from: from its version. */
export function withHistory(lineage: DatasetBase['lineage'], { kind, version = '' }: SilverDefinition): DatasetBase['lineage'] {
  if (kind !== 'history') return lineage;
  const ofVersion = toSources(passOn(toFlow(lineage[version] ?? []), 'window'));
  return { ...lineage, valid_from: lineage[version] ?? [], valid_to: ofVersion, is_current: ofVersion };
}

/** A changelog says of the source's keys which are no more, so a history follows these. @throws compile/type-error */
export function needSourceKey(
  context: CompileContext,
  name: DatasetName,
  definition: SilverDefinition,
  columns: readonly CleanedColumn[],
  changelogKey: readonly string[] | undefined,
): void {
  if (changelogKey === undefined) return;
  const key = columns.filter((column) => definition.key?.includes(column.name) === true);
  const starts = key.flatMap(({ rules, startFlow }) => (rules.expr === undefined ? startFlow.map((edge) => edge.column) : []));
  if (starts.length === key.length && [...starts].sort().join() === [...changelogKey].sort().join()) return;
  throw new SnowmeltError('compile/type-error', {
    message: `The \`key\` of ${name} is not that of ${definition.from}, whose rows say what is no more.`,
    hint: `Use its key: ${changelogKey.join(', ')}.`,
    at: declarationPlace(context.declaration, ['silver', tableOf(name), 'key']),
  });
}
