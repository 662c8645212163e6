import { declarationPlace } from '../define/declaration-file.ts';
import type { CheckDefinition } from '../define/pipeline-schema.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetBase } from '../layers/dataset-base.ts';
import { type DatasetName, layerOf, tableOf } from '../layout/dataset-name.ts';
import { columnsOfCheck } from '../quality/check-name.ts';
import { type RefusingSql, renderRefusing } from '../quality/refusing.ts';
import { type RenderedChecks, renderChecks } from '../quality/render-checks.ts';
import type { RenderedCheck } from '../quality/rendered-check.ts';
import type { Column } from '../sql/column-type.ts';
import { bindCheck } from './bind-check.ts';
import { checkReferences } from './check-references.ts';
import { translateExpression } from './compile-expression.ts';
import type { CompileContext } from './context.ts';
import { needConstants } from './need-constants.ts';
import { needFigureType } from './need-figure-type.ts';
import { needReference } from './need-reference.ts';
import { renderCheckQuery } from './render-check-query.ts';

/** What a dataset declares about its quality. A key is a promise, so it is checked as one. */
interface Checked {
  readonly kind: 'snapshot' | 'event' | 'keyed';
  readonly key?: readonly string[] | undefined;
  readonly checks: readonly CheckDefinition[];
}

/** A dataset's checks, ready to be run. */
export interface CompiledChecks extends RenderedChecks {
  readonly rendered: readonly RenderedCheck[];
  /** For models: how their rows are parted. */
  readonly refusing: RefusingSql | undefined;
  readonly references: readonly DatasetName[];
}

/** Renders a dataset's checks, conditions and queries in SQL included. @throws compile/* */
export async function compileChecks(
  context: CompileContext,
  name: DatasetName,
  definition: Checked,
  columns: readonly Column[],
): Promise<CompiledChecks> {
  const rendered: RenderedCheck[] = [];
  const { kind } = definition;
  await context.binder.declareTable('_rows', kind === 'event' ? [...columns, { name: '_day', type: { kind: 'date' } }] : columns);
  for (const [index, check] of [...definition.checks, ...keyCheck(definition)].entries()) {
    const at = declarationPlace(context.declaration, [layerOf(name), tableOf(name), 'checks', index]);
    needColumns(name, check, columns, at);
    needFigureType(name, check, columns, at);
    needConstants(name, check, columns, at);
    if (check.kind === 'relationship') await needReference(context, name, check, columns, at);
    const one = await renderCheck(context, name, check, columns, at);
    await bindCheck(context, name, one, columns, kind, at);
    rendered.push(one);
  }
  return {
    ...renderChecks(rendered, columns, kind),
    rendered,
    refusing: renderRefusing(rendered, columns, kind),
    references: checkReferences(context.translator, name, definition.checks),
  };
}

/** What the graph holds of a dataset's checks. */
export function checkedPart({
  checks,
  scans,
  measurement,
  references,
}: CompiledChecks): Pick<DatasetBase, 'checks' | 'checkScans' | 'measurement' | 'references'> {
  return {
    checks,
    checkScans: scans,
    ...(measurement === undefined ? {} : { measurement }),
    ...(references.length === 0 ? {} : { references }),
  };
}

function keyCheck({ key, checks }: Checked): CheckDefinition[] {
  const isDeclared = checks.some((check) => check.kind === 'unique' && check.columns.join() === key?.join());
  return key === undefined || isDeclared ? [] : [{ kind: 'unique', columns: [...key], severity: 'error' }];
}

function needColumns(name: DatasetName, check: CheckDefinition, columns: readonly Column[], at: SnowmeltError['at']): void {
  const names = columns.map((column) => column.name);
  const unknown = columnsOfCheck(check).find((column) => !names.includes(column));
  if (unknown === undefined) return;
  throw new SnowmeltError('compile/unknown-column', {
    message: `A check of ${name} names \`${unknown}\`, which it does not have.`,
    hint: suggest(unknown, names),
    at,
  });
}

async function renderCheck(
  context: CompileContext,
  name: DatasetName,
  check: CheckDefinition,
  columns: readonly Column[],
  at: SnowmeltError['at'],
): Promise<RenderedCheck> {
  if (check.kind !== 'sql') return check;
  if (check.condition !== undefined)
    return { ...check, rendered: translateExpression(context.translator, check.condition, columns, at).sql };
  return { ...check, rendered: await renderCheckQuery(context, name, check.query ?? '', columns, at) };
}
