import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { CleanedColumn } from '../layers/silver/cleaning.ts';
import { forBoth } from '../sql/render.ts';
import type { CompileContext } from './context.ts';

/** Refuses a cast that no value can pass: a mistake in the declaration, not in the data. @throws compile/type-error */
export async function checkCast(context: CompileContext, column: CleanedColumn, at: SnowmeltError['at']): Promise<CleanedColumn> {
  const { name, startType, rules } = column;
  const refuse = (message: string, hint: string) => new SnowmeltError('compile/type-error', { message, hint, at });
  if (rules.protect !== undefined && startType.kind === 'double') {
    throw refuse(`\`${name}\` starts as a FLOAT, which has no one spelling to be hashed.`, 'Cast it to NUMBER with `expr`, then it has.');
  }
  if (rules.parse !== undefined) return column;
  if (startType.kind === 'timestamp' && rules.type.kind === 'time' && rules.cast !== 'truncate') {
    throw refuse(`\`${name}\` would lose its date.`, "Say `cast: 'truncate'` if that is what you want.");
  }
  const { duckdb } = forBoth((words) => `SELECT TRY_CAST(CAST(NULL AS ${words.type(startType)}) AS ${words.type(rules.type)}) AS value`);
  const bound = await context.binder.bind(duckdb);
  if (bound.kind === 'bound') return column;
  throw refuse(
    `\`${name}\` cannot be cast to its type.`,
    `It starts as ${startType.kind}; start from another column, or declare another type.`,
  );
}
