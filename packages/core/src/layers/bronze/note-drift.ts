import type { DescribedColumn, DriftNote, DriftRules, SourceColumn } from '../../ports/source.ts';

/** A declared column and the name under which the source has it. */
interface FoundColumn {
  readonly declared: SourceColumn;
  readonly name: string;
}

/**
 * Tells what is new in a source's description and stops nothing: columns that are not declared, other types than before,
 * and values that may now be missing. What was told once is not told again.
 */
export function noteDrift(
  found: readonly FoundColumn[],
  described: readonly DescribedColumn[],
  { needed, seen }: DriftRules,
): readonly DriftNote[] {
  const before = new Map(seen?.described.map((column) => [column.name, column]));
  const declared = new Map(found.filter(({ declared: { part } }) => part === undefined).map((column) => [column.name, column.declared]));
  return described.flatMap((column) => {
    const own = declared.get(column.name);
    const earlier = before.get(column.name);
    if (own === undefined) return earlier === undefined ? [added(column)] : [];
    return [...retyped(column, own, earlier), ...(needed.includes(own.name) ? nullable(column, own, earlier) : [])];
  });
}

function added({ name, type }: DescribedColumn): DriftNote {
  return { change: 'added', column: name, detail: `the source has \`${name}\` (${type}), which is not declared` };
}

function retyped({ name, type }: DescribedColumn, { name: column }: SourceColumn, earlier: DescribedColumn | undefined): DriftNote[] {
  if (earlier === undefined || earlier.type === type) return [];
  return [{ change: 'retyped', column, detail: `\`${name}\` is ${type} now, it was ${earlier.type}` }];
}

function nullable(column: DescribedColumn, { name }: SourceColumn, earlier: DescribedColumn | undefined): DriftNote[] {
  if (column.nullable !== true || earlier?.nullable === true) return [];
  return [{ change: 'nullable', column: name, detail: `the source allows \`${column.name}\` to have no value` }];
}
