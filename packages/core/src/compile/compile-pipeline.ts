import { type DeclarationFile, declarationPlace } from '../define/declaration-file.ts';
import type { GoldDefinition, Pipeline, SilverDefinition } from '../define/pipeline-schema.ts';
import { type Place, type SnowmeltError, throwAll, toSnowmeltError } from '../errors/snowmelt-error.ts';
import { type DatasetName, datasetName, parseDatasetName, relationOf, tableOf } from '../layout/dataset-name.ts';
import type { ProjectFiles } from '../ports/project-files.ts';
import type { SqlBinder } from '../ports/sql-binder.ts';
import type { Translator } from '../sql/translator.ts';
import { checkReferences } from './check-references.ts';
import { compileBronze } from './compile-bronze.ts';
import { compileGold } from './compile-gold.ts';
import { type ModelFile, readModelFile } from './compile-model.ts';
import { compileSilver } from './compile-silver.ts';
import type { CompileContext } from './context.ts';
import type { Graph, GraphDataset } from './graph.ts';
import { orderDatasets } from './order-datasets.ts';

/** What compiling needs. The translator is loaded only when it is called for. */
export interface CompileInput {
  readonly declaration: DeclarationFile;
  readonly files: ProjectFiles;
  readonly binder: SqlBinder;
  readonly loadTranslator: () => Promise<Translator>;
}

type Work =
  | { readonly layer: 'silver'; readonly name: DatasetName; readonly definition: SilverDefinition }
  | { readonly layer: 'gold'; readonly name: DatasetName; readonly definition: GoldDefinition };

/**
 * Compiles a pipeline into a graph: names resolved, every column typed, SQL for both engines, lineage.
 * @throws compile/*: all that is wrong in the project, at once
 */
export async function compilePipeline(pipeline: Pipeline, input: CompileInput): Promise<Graph> {
  const compiled = new Map<DatasetName, GraphDataset>();
  for (const [table, definition] of Object.entries(pipeline.bronze)) {
    const dataset = await compileBronze(table, definition, pipeline.source);
    compiled.set(dataset.name, dataset);
  }
  const work = listWork(pipeline);
  if (work.length > 0) await compileModels(work, pipeline.keys, compiled, input);
  return {
    pipeline: pipeline.name,
    source: pipeline.source,
    schedule: pipeline.schedule,
    retentionDays: pipeline.retention.days,
    ...(pipeline.lineage === undefined ? {} : { lineage: pipeline.lineage }),
    datasets: [...compiled.values()],
  };
}

function listWork(pipeline: Pipeline): Work[] {
  const silver = Object.entries(pipeline.silver).map(([table, definition]) => ({
    layer: 'silver' as const,
    name: datasetName('silver', table),
    definition,
  }));
  const gold = Object.entries(pipeline.gold).map(([table, definition]) => ({
    layer: 'gold' as const,
    name: datasetName('gold', table),
    definition,
  }));
  return [...silver, ...gold];
}

async function compileModels(
  work: readonly Work[],
  keys: Pipeline['keys'],
  compiled: Map<DatasetName, GraphDataset>,
  input: CompileInput,
): Promise<void> {
  // Both take a good part of the whole time to start, and neither needs the other.
  const [translator] = await Promise.all([input.loadTranslator(), declareTables(input.binder, compiled.values())]);
  const context: CompileContext = { ...input, translator, keys, compiled };
  const errors: SnowmeltError[] = [];
  const known = [...compiled.keys(), ...work.map(({ name }) => name)];
  const files = new Map<DatasetName, ModelFile>();
  const readable: Work[] = [];
  for (const item of work) {
    try {
      const path = item.definition.sql;
      if (path !== undefined) files.set(item.name, await readModelFile(context, item.name, path, known));
      readable.push(item);
    } catch (error) {
      errors.push(toSnowmeltError(error));
    }
  }
  const dependents = readable.map((item) => ({
    name: item.name,
    reads: [...readsOf(item, files), ...checkReferences(translator, item.name, item.definition.checks)],
    place: (read: DatasetName) => placeOf(item, read, files, input.declaration),
  }));
  const { ordered, errors: circles } = orderDatasets(dependents);
  errors.push(...circles);
  for (const name of ordered) {
    const item = readable.find((candidate) => candidate.name === name);
    const reads = dependents.find((dependent) => dependent.name === name)?.reads ?? [];
    // What depends on a broken dataset would only repeat its error.
    if (item === undefined || reads.some((read) => known.includes(read) && !compiled.has(read))) continue;
    try {
      const dataset = await compileOne(context, item, files.get(name));
      compiled.set(name, dataset);
      await input.binder.declareTable(relationOf(name), dataset.columns);
    } catch (error) {
      const coded = toSnowmeltError(error);
      errors.push(coded, ...coded.others);
    }
  }
  throwAll(errors);
}

async function declareTables(binder: SqlBinder, datasets: Iterable<GraphDataset>): Promise<void> {
  for (const dataset of datasets) await binder.declareTable(relationOf(dataset.name), dataset.columns);
}

function compileOne(context: CompileContext, item: Work, file: ModelFile | undefined): Promise<GraphDataset> {
  if (item.layer === 'silver') return compileSilver(context, item.name, item.definition, file);
  if (file === undefined) throw new Error(`${item.name} has no file`);
  return compileGold(context, item.name, item.definition, file);
}

function readsOf(item: Work, files: ReadonlyMap<DatasetName, ModelFile>): readonly DatasetName[] {
  const references = referencesOf(item).map(({ dataset }) => dataset);
  const file = files.get(item.name);
  if (file !== undefined) return [...file.model.references.map(({ dataset }) => dataset), ...references];
  const from = item.layer === 'silver' ? item.definition.from : undefined;
  return [...(from?.startsWith('bronze.') ? [parseDatasetName(from)] : []), ...references];
}

function referencesOf(item: Work): { readonly dataset: DatasetName; readonly column: string }[] {
  return Object.entries((item.layer === 'silver' ? item.definition.columns : undefined) ?? {}).flatMap(([column, { reference }]) =>
    reference === undefined ? [] : [{ dataset: parseDatasetName(reference.dataset), column }],
  );
}

function placeOf(item: Work, read: DatasetName, files: ReadonlyMap<DatasetName, ModelFile>, declaration: DeclarationFile): Place {
  const file = files.get(item.name);
  const inModel = file?.model.references.find(({ dataset }) => dataset === read);
  if (file !== undefined && inModel !== undefined) return { file: file.path, ...inModel.at };
  if (item.layer === 'silver' && item.definition.from === read)
    return declarationPlace(declaration, [item.layer, tableOf(item.name), 'from']);
  const column = referencesOf(item).find(({ dataset }) => dataset === read)?.column;
  const setting = column === undefined ? ['checks'] : ['columns', column, 'reference'];
  return declarationPlace(declaration, [item.layer, tableOf(item.name), ...setting]);
}
