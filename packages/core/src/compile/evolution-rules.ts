import type { CleaningColumn } from '../define/pipeline-schema.ts';
import type { DatasetBase, EvolutionRules } from '../layers/dataset-base.ts';

interface Declared {
  readonly evolution?: EvolutionRules['policy'] | undefined;
  readonly renamed?: Readonly<Record<string, string>> | undefined;
  readonly columns?: Readonly<Record<string, Pick<CleaningColumn, 'renamedFrom'> | object>> | undefined;
}

/** What a definition says of how its columns may change; nothing if it says nothing. */
export function evolutionOf({ evolution, renamed, columns = {} }: Declared): Pick<DatasetBase, 'evolution'> {
  const atColumns = Object.entries(columns).flatMap(([name, column]) =>
    'renamedFrom' in column && column.renamedFrom !== undefined ? [[name, column.renamedFrom] as const] : [],
  );
  const all = { ...renamed, ...Object.fromEntries(atColumns) };
  if (evolution === undefined && Object.keys(all).length === 0) return {};
  return { evolution: { policy: evolution ?? 'any', renamed: all } };
}
