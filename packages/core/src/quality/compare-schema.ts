import { type Column, type ColumnType, isSameType, renderColumnType } from '../sql/column-type.ts';

/** How far a dataset's columns are from the wanted ones: every missing, differing and, if they must be exactly these, further column counts. */
export function compareSchema(
  wanted: Readonly<Record<string, ColumnType>>,
  match: 'exactly' | 'atLeast',
  columns: readonly Column[],
): { readonly violations: number; readonly detail?: string } {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const differing = Object.entries(wanted).flatMap(([name, type]) => {
    const found = types.get(name);
    if (found === undefined) return [`${name} is missing`];
    return isSameType(found, type) ? [] : [`${name} is ${spell(found)}, not ${spell(type)}`];
  });
  const further =
    match === 'atLeast' ? [] : columns.filter(({ name }) => wanted[name] === undefined).map(({ name }) => `${name} is not expected`);
  const all = [...differing, ...further];
  return all.length === 0 ? { violations: 0 } : { violations: all.length, detail: all.join(', ') };
}

function spell(type: ColumnType): string {
  return renderColumnType(type, 'snowflake');
}
