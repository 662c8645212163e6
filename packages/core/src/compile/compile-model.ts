import { declarationPlace } from '../define/declaration-file.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { type DatasetName, isLakeIdentifier, LAYERS, type Layer, layerOf, relationOf, tableOf } from '../layout/dataset-name.ts';
import type { Column } from '../sql/column-type.ts';
import { UntranslatableError } from '../sql/functions/untranslatable.ts';
import { type Position, positionAt } from '../sql/position.ts';
import { type ReadModel, readModel } from '../sql/read-model.ts';
import { forBoth } from '../sql/render.ts';
import type { KnownTables } from '../sql/shape-query.ts';
import type { RenderedSql, SqlText } from '../sql/text.ts';
import type { Translator } from '../sql/translator.ts';
import { bindError } from './bind-error.ts';
import { columnsRead } from './columns-read.ts';
import type { CompileContext } from './context.ts';
import { type TracedLineage, traceModel } from './trace-model.ts';

/** A SQL file that was read: what it reads is known, its types are not yet. */
export interface ModelFile {
  readonly path: string;
  readonly text: string;
  readonly model: ReadModel;
}

/** A model in both dialects, with what it gives. */
export interface CompiledModel extends TracedLineage {
  readonly sql: RenderedSql;
  readonly columns: readonly Column[];
  /** Columns of an input that can have a say in the rows; all of them where an input is not named. */
  readonly reads: Readonly<Record<DatasetName, readonly string[]>>;
}

/** Reads and parses a dataset's SQL file and checks what it may read. @throws compile/* */
export async function readModelFile(
  context: Omit<CompileContext, 'compiled'>,
  name: DatasetName,
  path: string,
  known: readonly DatasetName[],
): Promise<ModelFile> {
  const text = await context.files.read(path);
  if (text === undefined) {
    throw new SnowmeltError('compile/file-not-found', {
      message: `There is no file \`${path}\`.`,
      hint: 'The path is relative to the project folder.',
      at: declarationPlace(context.declaration, [layerOf(name), tableOf(name), 'sql']),
    });
  }
  const model = readModel(context.translator, text, path);
  for (const { dataset, at } of model.references) {
    if (!known.includes(dataset)) {
      throw new SnowmeltError('compile/unknown-table', {
        message: `There is no dataset \`${dataset}\`.`,
        hint: suggest(dataset, known),
        at: { file: path, ...at, dataset: name },
      });
    }
    if (!mayRead(layerOf(name), layerOf(dataset))) {
      throw new SnowmeltError('compile/layer-order', {
        message: `${name} may not read ${dataset}.`,
        hint:
          layerOf(name) === 'gold'
            ? 'Gold reads silver and gold. Clean the bronze dataset into silver first.'
            : 'Silver reads bronze and silver.',
        at: { file: path, ...at, dataset: name },
      });
    }
  }
  return { path, text, model };
}

/** Translates a model and binds it against the types of what it reads. @throws compile/* */
export async function compileModel(context: CompileContext, name: DatasetName, file: ModelFile): Promise<CompiledModel> {
  const at = { file: file.path, dataset: name };
  const sql = translateBoth(context.translator, file.model.sql, at, { tables: tablesOf(context.compiled, file.model), text: file.text });
  const bound = await context.binder.bind(sql.duckdb);
  if (bound.kind === 'failed') throw bindError(context.translator, { original: file.text, translated: sql.duckdb, at }, bound.failure);
  const columns = bound.columns.map((column) => ({ ...column, name: column.name.toLowerCase() }));
  refuseBadNames(columns, at);
  return {
    sql: forBoth((words) => {
      const casts = columns.map(({ name: column, type }) => `CAST(${words.name(column)} AS ${words.type(type)}) AS ${words.name(column)}`);
      return `SELECT ${casts.join(', ')} FROM (${sql[words.dialect]}) AS _model`;
    }),
    columns,
    ...traceModel(context.compiled, file, columns),
    reads: readsOfModel(context, file),
  };
}

/** Translates for both engines. @throws compile/unsupported-sql */
export function translateBoth(
  translator: Translator,
  sql: string,
  at: SnowmeltError['at'],
  { tables, text }: { readonly tables?: KnownTables; readonly text?: string } = {},
): RenderedSql {
  const translate = (dialect: 'duckdb' | 'spark'): SqlText => {
    try {
      return translator.translate(sql, dialect, tables);
    } catch (cause) {
      if (cause instanceof UntranslatableError) {
        const { message, hint, word } = cause;
        throw new SnowmeltError('compile/unsupported-sql', { message, hint, at: { ...at, ...placeOf(translator, text, word) } });
      }
      throw new SnowmeltError('compile/unsupported-sql', {
        message: `This cannot be translated for ${dialect}.`,
        hint: 'Write it with functions that docs/functions.md lists.',
        at,
        cause,
      });
    }
  };
  return { duckdb: translate('duckdb'), spark: translate('spark') };
}

/** The columns of what a query reads, by the relation's name. */
export function tablesOf(compiled: CompileContext['compiled'], model: ReadModel): KnownTables {
  return Object.fromEntries(model.references.map(({ dataset }) => [relationOf(dataset), compiled.get(dataset)?.columns ?? []]));
}

function placeOf(translator: Translator, text: string | undefined, word: string | undefined): Partial<Position> {
  const token = text === undefined ? undefined : translator.tokenize(text).find((one) => one.text.toLowerCase() === word?.toLowerCase());
  return token === undefined || text === undefined ? {} : positionAt(text, token.start);
}

function readsOfModel(context: CompileContext, { model }: ModelFile): CompiledModel['reads'] {
  const parsed = context.translator.parse(model.sql);
  if (parsed.kind === 'failed') return {};
  const names = [...new Set(model.references.map(({ dataset }) => dataset))];
  return columnsRead(
    parsed.statements[0],
    model.tokens,
    names.flatMap((name) => context.compiled.get(name) ?? []),
  );
}

function mayRead(reader: Layer, read: Layer): boolean {
  const distance = LAYERS.indexOf(reader) - LAYERS.indexOf(read);
  return distance === 0 || distance === 1;
}

function refuseBadNames(columns: readonly Column[], at: SnowmeltError['at']): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (!isLakeIdentifier(name)) {
      throw new SnowmeltError('compile/unsupported-sql', {
        message: `\`${name}\` cannot be the name of a column of the lake.`,
        hint: 'Give the expression a name with AS: lower case letters, digits, single underscores.',
        at,
      });
    }
    if (seen.has(name))
      throw new SnowmeltError('compile/unsupported-sql', {
        message: `Two columns are named \`${name}\`.`,
        hint: 'Rename one of them with AS.',
        at,
      });
    seen.add(name);
  }
}
