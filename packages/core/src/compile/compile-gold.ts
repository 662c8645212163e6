import { declarationPlace } from '../define/declaration-file.ts';
import type { GoldDefinition } from '../define/pipeline-schema.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { Partitioning } from '../layers/dataset-base.ts';
import type { GoldDataset } from '../layers/gold/gold-dataset.ts';
import { type DatasetName, layerOf, tableOf } from '../layout/dataset-name.ts';
import type { Column } from '../sql/column-type.ts';
import { forBoth } from '../sql/render.ts';
import type { RenderedSql } from '../sql/text.ts';
import { checkedPart, compileChecks } from './compile-checks.ts';
import { compileKeyed } from './compile-keyed.ts';
import { type CompiledModel, compileModel, type ModelFile } from './compile-model.ts';
import type { CompileContext } from './context.ts';
import { columnParts, definitionParts } from './definition-parts.ts';
import { evolutionOf } from './evolution-rules.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Compiles a gold definition. @throws compile/* */
export async function compileGold(
  context: CompileContext,
  name: DatasetName,
  definition: GoldDefinition,
  file: ModelFile,
): Promise<GoldDataset> {
  const model = await compileModel(context, name, file);
  const partitioning = partitioningOf(definition);
  needModelColumns(context, name, definition, model.columns);
  const checked = await compileChecks(context, name, definition, model.columns);
  const { refusing } = checked;
  const keyed = compileKeyed(context, name, definition, model.columns, file);
  return {
    layer: 'gold',
    name,
    description: definition.description,
    columns: model.columns,
    inputs: inputsOf(file),
    fingerprint: await fingerprintOf({ sql: file.model.canonical, columns: model.columns, partitioning, key: definition.key, refusing }),
    definition: await modelParts(model, file, { ...partitioning, key: definition.key, refusing }),
    reads: model.reads,
    lineage: model.lineage,
    rowLineage: model.rowLineage,
    columnPlaces: model.columnPlaces,
    ...checkedPart(checked),
    ...(refusing === undefined ? {} : { refusing }),
    ...evolutionOf(definition),
    ...(definition.contract === undefined ? {} : { contract: definition.contract }),
    file: file.path,
    partitioning,
    key: definition.key,
    sql: withDay(model.sql, partitioning),
    ...(definition.quarantine === undefined ? {} : { quarantineMaxPercent: definition.quarantine.maxPercent }),
    ...(keyed === undefined ? {} : { keyed }),
  };
}

interface ModelShape {
  readonly kind: string;
  readonly eventTime?: string;
  readonly key?: readonly string[] | undefined;
  readonly refusing?: unknown;
}

/** The parts of a definition that is a model: its text, what it gives, and how that is divided. */
export function modelParts(
  model: CompiledModel,
  file: ModelFile,
  { kind, eventTime, key, refusing }: ModelShape,
): Promise<Readonly<Record<string, string>>> {
  const columns = columnParts(Object.fromEntries(model.columns.map(({ name, type }) => [name, type])));
  return definitionParts({
    'its SQL': file.model.canonical,
    kind,
    'event time': eventTime,
    key,
    'what its checks refuse': refusing,
    ...columns,
  });
}

/** The datasets a model reads, each once. */
export function inputsOf(file: ModelFile): DatasetName[] {
  return [...new Set(file.model.references.map(({ dataset }) => dataset))];
}

/** Adds the column `_day` to an event model. */
export function withDay(sql: RenderedSql, partitioning: Partitioning): RenderedSql {
  if (partitioning.kind !== 'event') return sql;
  return forBoth((words) => `SELECT *, CAST(${words.name(partitioning.eventTime)} AS DATE) AS _day FROM (${sql[words.dialect]}) AS _typed`);
}

/** The partitioning that a definition asks for. */
export function partitioningOf(definition: {
  readonly kind: 'snapshot' | 'event' | 'keyed' | 'history';
  readonly eventTime?: string | undefined;
  readonly buckets?: number | undefined;
}): Partitioning {
  if (definition.kind === 'history') return { kind: 'snapshot', history: true };
  if (definition.kind === 'keyed') return { kind: 'keyed', buckets: definition.buckets };
  return definition.kind === 'event' && definition.eventTime !== undefined
    ? { kind: 'event', eventTime: definition.eventTime }
    : { kind: 'snapshot' };
}

/** Holds `key` and `eventTime` to the columns that there are. @throws compile/unknown-column, compile/type-error */
export function needModelColumns(
  context: CompileContext,
  name: DatasetName,
  definition: {
    readonly key?: readonly string[] | undefined;
    readonly eventTime?: string | undefined;
    readonly contract?: GoldDefinition['contract'];
    readonly renamed?: GoldDefinition['renamed'];
  },
  columns: readonly Column[],
): void {
  const names = columns.map((column) => column.name);
  const wanted = [
    ...(definition.key ?? []).map((column) => ['key', column] as const),
    ...(definition.eventTime === undefined ? [] : [['eventTime', definition.eventTime] as const]),
    ...(definition.contract?.protected ?? []).map((column) => ['contract', column] as const),
    ...Object.keys(definition.renamed ?? {}).map((column) => ['renamed', column] as const),
  ];
  for (const [setting, column] of wanted) {
    if (names.includes(column)) continue;
    throw new SnowmeltError('compile/unknown-column', {
      message: `\`${setting}\` of ${name} names \`${column}\`, which its model does not give.`,
      hint: suggest(column, names),
      at: declarationPlace(context.declaration, [layerOf(name), tableOf(name), setting]),
    });
  }
  const time = columns.find((column) => column.name === definition.eventTime);
  if (time === undefined || time.type.kind === 'date' || time.type.kind === 'timestamp') return;
  throw new SnowmeltError('compile/type-error', {
    message: `\`eventTime\` of ${name} names \`${time.name}\`, which is of type ${time.type.kind} and has no day.`,
    hint: 'Name a column of type DATE or TIMESTAMP_NTZ, or cast this one.',
    at: declarationPlace(context.declaration, [layerOf(name), tableOf(name), 'eventTime']),
  });
}
