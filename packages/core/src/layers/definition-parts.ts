import type { TableState } from '../lake/commit.ts';
import type { DatasetBase } from './dataset-base.ts';

/** Says that a definition changed, and which parts of it, as far as the lake knows. */
export function definitionChanged(dataset: Pick<DatasetBase, 'definition'>, state: Pick<TableState, 'definition'>): string {
  const parts = changedParts(dataset.definition, state.definition);
  return parts.length === 0 ? 'its definition changed' : `its definition changed: ${parts.join(', ')}`;
}

const SHOWN_PARTS = 5;

function changedParts(now: Readonly<Record<string, string>> = {}, before: Readonly<Record<string, string>> | undefined): readonly string[] {
  if (before === undefined) return [];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = names
    .filter((name) => now[name] !== before[name])
    .map((name) => (before[name] === undefined ? `${name} added` : now[name] === undefined ? `${name} removed` : name));
  if (changed.length === 0) return ['how Snowmelt builds it'];
  return changed.length <= SHOWN_PARTS ? changed : [...changed.slice(0, SHOWN_PARTS), `${changed.length - SHOWN_PARTS} more`];
}
