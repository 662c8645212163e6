import type { BuildStage } from '../ports/sql-engine.ts';
import type { Column, ColumnType } from '../sql/column-type.ts';
import { matches } from '../sql/conditions.ts';
import { forBoth, type Words } from '../sql/render.ts';
import { knownOrigin, REFUSED_COLUMNS, type RefusedOrigin } from './refused-origin.ts';

/** The columns of rows that were set aside: all as text, why, and what brought them. */
export function misfitColumns(columns: readonly Column[]): readonly Column[] {
  return [...columns.map(({ name }) => ({ name, type: { kind: 'varchar' } as const })), ...REFUSED_COLUMNS];
}

/** The stages that turn `_read`, in which some columns are text, into `_rows` and, where a text is no value of its type, `_refused`. */
export function splitMisfits(columns: readonly Column[], asText: readonly Column[], origin: RefusedOrigin): readonly BuildStage[] {
  const types = new Map(asText.map(({ name, type }) => [name, type]));
  const judged = forBoth((words) => {
    const reasons = asText.map(
      ({ name, type }) => `CASE WHEN ${misfits(words.name(name), type, words)} THEN ${words.text(`${name}: cast`)} END`,
    );
    return `SELECT *, NULLIF(concat_ws(', ', ${reasons.join(', ')}), '') AS _reasons FROM _read`;
  });
  const rows = forBoth((words) => {
    const values = columns.map(({ name }) => {
      const type = types.get(name);
      return type === undefined ? words.name(name) : `${cast(words.name(name), type, words)} AS ${words.name(name)}`;
    });
    return `SELECT ${values.join(', ')} FROM _judged WHERE _reasons IS NULL`;
  });
  const refused = forBoth((words) => {
    const texts = columns.map(({ name }) => `CAST(${words.name(name)} AS ${words.type({ kind: 'varchar' })}) AS ${words.name(name)}`);
    return `SELECT ${[...texts, '_reasons', knownOrigin(origin, words)].join(', ')} FROM _judged WHERE _reasons IS NOT NULL`;
  });
  return [
    { kind: 'view', name: '_judged', sql: judged },
    { kind: 'view', name: '_rows', sql: rows },
    { kind: 'view', name: '_refused', sql: refused },
  ];
}

function misfits(text: string, type: ColumnType, words: Words): string {
  const form = formOf(type);
  const isOther = form === undefined ? '' : ` OR NOT ${matches(text, form, words)}`;
  return `${text} IS NOT NULL AND (${cast(text, type, words)} IS NULL${isOther})`;
}

function cast(text: string, type: ColumnType, words: Words): string {
  return `TRY_CAST(${text} AS ${words.type(type)})`;
}

// Casts of engines round '1.5' to an integer and cut digits of a second; what has another form than these is not taken.
function formOf(type: ColumnType): string | undefined {
  switch (type.kind) {
    case 'bigint':
      return '[-+]?[0-9]+(\\.0*)?';
    case 'decimal':
      return `[-+]?([0-9]+(\\.[0-9]{0,${type.scale}}0*)?|\\.[0-9]{1,${Math.max(type.scale, 1)}}0*)`;
    case 'boolean':
      return '(?i:true|false)';
    case 'date':
      return '[0-9]{4}-[0-9]{2}-[0-9]{2}';
    case 'time':
      return '[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6}0*)?)?';
    case 'timestamp':
      return '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6}0*)?)?)?';
    default:
      return undefined;
  }
}
