import { suggest } from '../errors/nearest.ts';
import { type Place, SnowmeltError } from '../errors/snowmelt-error.ts';
import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { Column } from '../sql/column-type.ts';
import { type ColumnType, renderColumnType } from '../sql/column-type.ts';

/** Holds the names and the forms of test values to the columns that they stand for. @throws test/invalid */
export function needColumns(rows: readonly FixtureRow[], columns: readonly Column[], at: Place): void {
  const known = new Map(columns.map(({ name, type }) => [name, type]));
  for (const [index, row] of rows.entries()) {
    for (const [name, value] of Object.entries(row)) {
      const type = known.get(name);
      if (type === undefined) throw unknownColumn(name, [...known.keys()], at);
      if (value !== null && formOf(type)?.test(value) === false) throw misfit(name, type, index, at);
    }
  }
}

function unknownColumn(name: string, names: readonly string[], at: Place): SnowmeltError {
  return new SnowmeltError('test/invalid', {
    message: `\`${at.field}\` names \`${name}\`, which is no column there.`,
    hint: names.length === 0 ? 'This dataset refuses no rows.' : suggest(name, names),
    at,
  });
}

function misfit(name: string, type: ColumnType, index: number, at: Place): SnowmeltError {
  return new SnowmeltError('test/invalid', {
    message: `Row ${index + 1} of \`${at.field}\`: the value of \`${name}\` is not a ${renderColumnType(type, 'snowflake')}.`,
    hint: 'Write the value as the column has it; a cast would change it without a word.',
    at,
  });
}

// What engines would round or cut when they cast; the rest they refuse themselves.
function formOf(type: ColumnType): RegExp | undefined {
  switch (type.kind) {
    case 'bigint':
      return /^[-+]?\d+(\.0*)?$/;
    case 'decimal':
      return new RegExp(`^[-+]?(\\d+(\\.\\d{0,${type.scale}}0*)?|\\.\\d{1,${Math.max(type.scale, 1)}}0*)$`);
    case 'boolean':
      return /^(true|false)$/i;
    case 'date':
      return /^\d{4}-\d\d-\d\d([ T]00:00(:00(\.0*)?)?Z?)?$/;
    case 'binary':
      return /^([\dA-Fa-f]{2})*$/;
    default:
      return undefined;
  }
}
