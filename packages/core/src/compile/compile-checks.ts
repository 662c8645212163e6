import { declarationPlace } from '../define/declaration-file.ts';
import type { CheckDefinition } from '../define/pipeline-schema.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { type DatasetName, layerOf, tableOf } from '../layout/dataset-name.ts';
import { columnsOfCheck, type RenderedCheck, type RenderedChecks, renderChecks } from '../quality/render-checks.ts';
import type { Column } from '../sql/column-type.ts';
import { sqlText } from '../sql/text.ts';
import { translateExpression } from './compile-expression.ts';
import type { CompileContext } from './context.ts';

/** What a dataset declares about its quality. A key is a promise, so it is checked as one. */
interface Checked {
  readonly kind: 'snapshot' | 'event' | 'keyed';
  readonly key?: readonly string[] | undefined;
  readonly checks: readonly CheckDefinition[];
}

/** Renders a dataset's checks, conditions in SQL included. @throws compile/* */
export async function compileChecks(
  context: CompileContext,
  name: DatasetName,
  definition: Checked,
  columns: readonly Column[],
): Promise<RenderedChecks> {
  const names = columns.map((column) => column.name);
  const key = keyCheck(definition);
  const rendered: RenderedCheck[] = [];
  for (const [index, check] of [...definition.checks, ...key].entries()) {
    const at = declarationPlace(context.declaration, [layerOf(name), tableOf(name), 'checks', index]);
    for (const column of columnsOfCheck(check)) {
      if (!names.includes(column))
        throw new SnowmeltError('compile/unknown-column', {
          message: `A check of ${name} names \`${column}\`, which it does not have.`,
          hint: suggest(column, names),
          at,
        });
    }
    rendered.push(check.kind === 'sql' ? { ...check, rendered: await renderCondition(context, check.condition, columns, at) } : check);
  }
  return renderChecks(rendered, columns, definition.kind);
}

function keyCheck({ key, checks }: Checked): CheckDefinition[] {
  const isDeclared = checks.some((check) => check.kind === 'unique' && check.columns.join() === key?.join());
  return key === undefined || isDeclared ? [] : [{ kind: 'unique', columns: [...key], severity: 'error' }];
}

async function renderCondition(context: CompileContext, condition: string, columns: readonly Column[], at: SnowmeltError['at']) {
  const { sql } = translateExpression(context.translator, condition, at);
  await context.binder.declareTable('_rows', columns);
  const bound = await context.binder.bind(sqlText(`SELECT COUNT(CASE WHEN (${sql.duckdb}) THEN 1 END) AS n FROM _rows`));
  if (bound.kind === 'failed') {
    const { failure } = bound;
    const code = failure.kind === 'unknown-column' ? 'compile/unknown-column' : 'compile/type-error';
    const names = columns.map((column) => column.name);
    throw new SnowmeltError(code, {
      message: `This condition does not fit: ${failure.message.split('\n')[0]}`,
      hint: suggest(failure.name ?? '', names),
      at,
    });
  }
  return sql;
}
