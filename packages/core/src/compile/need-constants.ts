import type { CheckDefinition } from '../define/pipeline-schema.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { type Column, type ColumnType, renderColumnType, typeOf } from '../sql/column-type.ts';
import type { Scalar } from '../sql/render.ts';

/** Holds the constants of a check to the type of its column: nothing else looks at them before a build does. @throws compile/type-error */
export function needConstants(name: DatasetName, check: CheckDefinition, columns: readonly Column[], at: SnowmeltError['at']): void {
  if (check.kind !== 'range' && check.kind !== 'acceptedValues') return;
  const type = typeOf(check.column, columns);
  const constants = check.kind === 'range' ? [check.min, check.max] : check.values;
  const wrong = constants.find((constant) => constant !== undefined && !isOfType(constant, type));
  if (wrong === undefined) return;
  throw new SnowmeltError('compile/type-error', {
    message: `A check of ${name} compares \`${check.column}\` with \`${wrong}\`, which is no ${renderColumnType(type, 'snowflake')}.`,
    hint: 'Dates and times are written as in ISO 8601, e.g. `2024-01-31`.',
    at,
  });
}

function isOfType(constant: Scalar, type: ColumnType): boolean {
  const text = String(constant);
  switch (type.kind) {
    case 'bigint':
      return digitsBefore(text) <= 18;
    case 'decimal':
      return digitsBefore(text) <= type.precision - type.scale;
    case 'double':
      return digitsBefore(text) < Number.POSITIVE_INFINITY || /^(nan|[-+]?inf(inity)?|[-+]?\d+(\.\d+)?e[-+]?\d+)$/i.test(text);
    case 'boolean':
      return /^(true|false)$/i.test(text);
    case 'date':
      return isDay(text);
    case 'timestamp':
      return /^.{10}([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?$/.test(text) && isDay(text.slice(0, 10));
    default:
      return true;
  }
}

// How many digits a number has before the point; infinite for what is no number.
function digitsBefore(text: string): number {
  const match = /^[-+]?0*(\d*)(?:\.\d*)?$/.exec(text);
  return match === null || !/\d/.test(text) ? Number.POSITIVE_INFINITY : (match[1] ?? '').length;
}

function isDay(text: string): boolean {
  const instant = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
}
