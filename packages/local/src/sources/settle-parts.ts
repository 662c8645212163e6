import { type ContractRequest, type DescribedColumn, noteDrift, type SourceContract } from '@snowmelt/core/ports';
import { type ContractPlace, matchColumns } from './source-contract.ts';
import type { SourcePart } from './source-part.ts';
import type { MatchedPart } from './typed-query.ts';

/** Finds the declared columns in every part, and tells what else there is. @throws source/column-missing, source/type-mismatch */
export function settleParts(
  { columns, drift }: ContractRequest,
  described: readonly SourcePart[],
  place: ContractPlace,
): { readonly parts: readonly MatchedPart[]; readonly contract: SourceContract } {
  const parts = described.map((part) => ({ ...part, matched: matchColumns(columns, part, place) }));
  const all = unite(described);
  const found = parts.flatMap(({ matched }) => matched.map(({ declared, actual: { name } }) => ({ declared, name })));
  const notes = drift === undefined ? [] : noteDrift(found, all, drift);
  return { parts, contract: { described: all, notes } };
}

// Files of one extract may differ in their columns and types.
function unite(parts: readonly SourcePart[]): readonly DescribedColumn[] {
  const types = new Map<string, Set<string>>();
  for (const { columns } of parts) {
    for (const { name, type } of columns) types.set(name, (types.get(name) ?? new Set()).add(type));
  }
  return [...types].map(([name, found]) => ({ name, type: [...found].sort().join(' or ') }));
}
