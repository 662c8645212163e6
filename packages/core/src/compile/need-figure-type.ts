import type { CheckDefinition } from '../define/pipeline-schema.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { type Column, typeOf } from '../sql/column-type.ts';

const NUMBERS = ['bigint', 'decimal', 'double'];
const INSTANTS = ['date', 'timestamp'];

/** Holds a check of a figure to columns that have one. @throws compile/type-error */
export function needFigureType(name: DatasetName, check: CheckDefinition, columns: readonly Column[], at: SnowmeltError['at']): void {
  const need = needOf(check);
  if (need === undefined || !('column' in check) || check.column === undefined) return;
  const { kind } = typeOf(check.column, columns);
  if (need.kinds.includes(kind)) return;
  throw new SnowmeltError('compile/type-error', {
    message: `A check of ${name} names \`${check.column}\`, which is of type ${kind} and ${need.lack}.`,
    hint: need.hint,
    at,
  });
}

function needOf(check: CheckDefinition) {
  if (check.kind === 'freshness')
    return { kinds: INSTANTS, lack: 'has no age', hint: 'Name a column of type DATE or TIMESTAMP_NTZ, or cast this one.' };
  const figure = check.kind === 'aggregate' ? check.function : check.kind === 'anomaly' ? check.metric : 'none';
  if (!['mean', 'sum', 'min', 'max'].includes(figure)) return undefined;
  return { kinds: NUMBERS, lack: `has no ${figure}`, hint: 'Name a column of numbers, or use `distinct`.' };
}
