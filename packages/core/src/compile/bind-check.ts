import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { nameChecks } from '../quality/check-name.ts';
import { measureOf } from '../quality/measure-of.ts';
import { measurementSql } from '../quality/measurement-sql.ts';
import type { RenderedCheck } from '../quality/rendered-check.ts';
import { scanOf } from '../quality/scan-of.ts';
import type { Column } from '../sql/column-type.ts';
import type { CompileContext } from './context.ts';

/** Binds what a check will run against the types of the dataset (`_rows` is declared). @throws compile/unknown-column, compile/type-error */
export async function bindCheck(
  context: CompileContext,
  name: DatasetName,
  check: RenderedCheck,
  columns: readonly Column[],
  partition: 'snapshot' | 'event' | 'keyed',
  at: SnowmeltError['at'],
): Promise<void> {
  // These cannot fail.
  if (check.kind === 'notNull' || check.kind === 'unique') return;
  const measure = measureOf(check, 'check', columns);
  const scan = scanOf(check, 'check', partition === 'event');
  const sql = measure === undefined ? scan?.sql.duckdb : measurementSql([measure], false, 'duckdb');
  if (sql === undefined) return;
  const bound = await context.binder.bind(sql);
  if (bound.kind === 'bound') return;
  const { failure } = bound;
  const [id] = nameChecks([check]).map((named) => named.id);
  throw new SnowmeltError(failure.kind === 'unknown-column' ? 'compile/unknown-column' : 'compile/type-error', {
    message: `The check ${id} of ${name} does not fit: ${failure.message.split('\n')[0]}`,
    hint:
      failure.kind === 'unknown-column'
        ? suggest(
            failure.name ?? '',
            columns.map((column) => column.name),
          )
        : 'Look at the types of the columns and at the constants.',
    at,
  });
}
