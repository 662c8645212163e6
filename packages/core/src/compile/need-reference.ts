import type { CheckDefinition } from '../define/pipeline-schema.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { type DatasetName, LAYERS, layerOf } from '../layout/dataset-name.ts';
import { referenceRelation } from '../quality/reference-relation.ts';
import { type Column, type ColumnType, typeOf } from '../sql/column-type.ts';
import type { CompileContext } from './context.ts';
import type { GraphDataset } from './graph.ts';

/** Finds the dataset and the column that a relationship names, and declares them to the binder. @throws compile/unknown-table, compile/layer-order, compile/unknown-column, compile/type-error */
export async function needReference(
  context: CompileContext,
  name: DatasetName,
  check: Extract<CheckDefinition, { kind: 'relationship' }>,
  columns: readonly Column[],
  at: SnowmeltError['at'],
): Promise<void> {
  const other = await declareReference(context, name, check.to, at);
  const wanted = check.toColumn ?? check.column;
  const column = other.columns.find((candidate) => candidate.name === wanted);
  if (column === undefined) {
    throw new SnowmeltError('compile/unknown-column', {
      message: `A relationship of ${name} names \`${wanted}\`, which ${other.name} does not have.`,
      hint: suggest(
        wanted,
        other.columns.map((candidate) => candidate.name),
      ),
      at,
    });
  }
  if (familyOf(column.type) === familyOf(typeOf(check.column, columns))) return;
  throw new SnowmeltError('compile/type-error', {
    message: `A relationship of ${name} compares \`${check.column}\` with \`${wanted}\` of ${other.name}, which is of another type.`,
    hint: 'Cast one of them where its dataset is declared.',
    at,
  });
}

/** Declares another dataset under the name by which checks read it. @throws compile/unknown-table, compile/layer-order */
export async function declareReference(
  context: CompileContext,
  name: DatasetName,
  to: string,
  at: SnowmeltError['at'],
): Promise<GraphDataset> {
  const other = [...context.compiled.values()].find((dataset) => dataset.name === to);
  if (other === undefined) {
    const known = [...context.compiled.keys()].filter((dataset) => dataset !== name);
    throw new SnowmeltError('compile/unknown-table', {
      message: `A check of ${name} names \`${to}\`, which is no dataset that stands before it.`,
      hint: suggest(to, known),
      at,
    });
  }
  if (other.layer === 'bronze' || LAYERS.indexOf(other.layer) > LAYERS.indexOf(layerOf(name))) {
    throw new SnowmeltError('compile/layer-order', {
      message: `A check of ${name} may not read ${other.name}.`,
      hint: 'Checks read silver, and those of gold also gold.',
      at,
    });
  }
  await context.binder.declareTable(referenceRelation(other.name), other.columns);
  return other;
}

function familyOf({ kind }: ColumnType): string {
  return kind === 'bigint' || kind === 'decimal' ? 'exact number' : kind;
}
