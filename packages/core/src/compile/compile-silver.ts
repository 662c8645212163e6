import { declarationPlace } from '../define/declaration-file.ts';
import type { CleaningColumn, SilverDefinition } from '../define/pipeline-schema.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError, throwAll, toSnowmeltError } from '../errors/snowmelt-error.ts';
import { changelogKey } from '../layers/bronze/bronze-dataset.ts';
import type { DatasetBase } from '../layers/dataset-base.ts';
import { type CleanedColumn, type CleaningSpec, passedColumns } from '../layers/silver/cleaning.ts';
import { refuseByChecks } from '../layers/silver/refuse-by-checks.ts';
import { renderSilver } from '../layers/silver/render-silver.ts';
import { type SilverDataset, type SilverOrigin, STOPPING_RULES_CHECK } from '../layers/silver/silver-dataset.ts';
import { type DatasetName, parseDatasetName, tableOf } from '../layout/dataset-name.ts';
import { DELETED_COLUMN } from '../layout/deleted-column.ts';
import { HISTORY_COLUMNS } from '../layout/history-columns.ts';
import type { Column } from '../sql/column-type.ts';
import { identityFlow } from '../sql/lineage/flow.ts';
import { LOGICAL_DATE_SLOT } from '../sql/logical-date-slot.ts';
import { forBoth } from '../sql/render.ts';
import { type RenderedSql, type SqlText, sqlText } from '../sql/text.ts';
import { checkCast } from './check-cast.ts';
import { cleanedParts } from './cleaned-parts.ts';
import { checkedPart, compileChecks } from './compile-checks.ts';
import { translateExpression } from './compile-expression.ts';
import { inputsOf, modelParts, needModelColumns, partitioningOf, withDay } from './compile-gold.ts';
import { checkedOf, needSourceKey, withHistory } from './compile-history.ts';
import { compileModel, type ModelFile } from './compile-model.ts';
import { compileReferences } from './compile-references.ts';
import type { CompileContext } from './context.ts';
import { evolutionOf } from './evolution-rules.ts';
import { fingerprintOf } from './fingerprint.ts';
import { keysOf, protectedOf } from './protected-columns.ts';
import { lineageOf, rowLineageOf } from './trace-cleaning.ts';

/** Compiles a silver definition: cleaned from bronze, a model, or a model that is cleaned. @throws compile/* */
export async function compileSilver(
  context: CompileContext,
  name: DatasetName,
  definition: SilverDefinition,
  file: ModelFile | undefined,
): Promise<SilverDataset> {
  refuseChangelogs(context, name, file);
  if (definition.columns !== undefined) return compileCleaned(context, name, definition, definition.columns, file);
  if (file === undefined) throw new SnowmeltError('internal/unexpected', { message: `${name} has neither columns nor a model.` });
  const model = await compileModel(context, name, file);
  const partitioning = partitioningOf(definition);
  needModelColumns(context, name, definition, model.columns);
  const checked = await compileChecks(context, name, checkedOf(definition), model.columns);
  const { refusing } = checked;
  return {
    ...baseOf(name, definition, file),
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
    layer: 'silver',
    partitioning,
    origin: { kind: 'model', sql: withDay(model.sql, partitioning), columns: model.columns },
    cleaning: undefined,
    key: definition.key,
    quarantineMaxPercent: definition.quarantine?.maxPercent,
  };
}

// A model would take rows that are no more for rows.
function refuseChangelogs(context: CompileContext, name: DatasetName, file: ModelFile | undefined): void {
  for (const input of file === undefined ? [] : inputsOf(file)) {
    const bronze = context.compiled.get(input);
    if (bronze?.layer !== 'bronze' || changelogKey(bronze) === undefined) continue;
    throw new SnowmeltError('compile/layer-order', {
      message: `The model of ${name} reads ${input}, whose rows say what is no more (mode ${bronze.mode.kind}).`,
      hint: `Declare a silver dataset with \`from: '${input}'\`, which has the rows as they are now, and read that.`,
      at: declarationPlace(context.declaration, ['silver', tableOf(name), 'sql']),
    });
  }
}

async function compileCleaned(
  context: CompileContext,
  name: DatasetName,
  definition: SilverDefinition,
  rules: Readonly<Record<string, CleaningColumn>>,
  file: ModelFile | undefined,
): Promise<SilverDataset> {
  const model = file === undefined ? undefined : await compileModel(context, name, file);
  const origin =
    model === undefined ? bronzeOrigin(context, name, definition) : ({ kind: 'model', sql: model.sql, columns: model.columns } as const);
  const hasBatch = origin.kind === 'bronze';
  const keyOfChanges = changelogKeyOf(context, origin);
  const isHistory = definition.kind === 'history';
  await declareSources(context, origin, keyOfChanges !== undefined, isHistory);
  const cleaned = await compileColumns(context, name, definition, rules, origin);
  const lookups = compileReferences(context, name, cleaned);
  const columns = [...cleaned.map(({ name: column, rules: { type } }) => ({ name: column, type })), ...(isHistory ? HISTORY_COLUMNS : [])];
  needModelColumns(context, name, definition, columns);
  const partitioning = partitioningOf(definition);
  const spec: CleaningSpec = {
    sourceColumns: origin.columns,
    columns: cleaned,
    eventTime: definition.eventTime,
    fallbackDay: fallbackDay(origin),
    changelogKey: keyOfChanges,
    ...(definition.checks.some(({ severity }) => severity === 'quarantine') ? { keepsSource: true } : {}),
    hasBatchTimes: isHistory,
  };
  if (isHistory) needSourceKey(context, name, definition, cleaned, keyOfChanges);
  const rendered = renderSilver(spec, {
    key: definition.key,
    version: definition.version,
    distinct: definition.distinct,
    hasBatch,
    isHistory,
  });
  await bindRules(context, name, cleaned, rendered.sql.classify.duckdb);
  const checked = await compileChecks(context, name, checkedOf(definition), columns);
  const classify = refuseByChecks(rendered.sql.classify, checked.rendered, columns, origin.columns, passedColumns(spec, hasBatch));
  const cleaning = { ...rendered, sql: { ...rendered.sql, classify } };
  const place = (column: string) => declarationPlace(context.declaration, ['silver', tableOf(name), 'columns', column]);
  return {
    ...baseOf(name, definition, file),
    columns,
    inputs: [...new Set([...(origin.kind === 'bronze' ? [origin.dataset] : modelInputs(file)), ...lookups])],
    lookups,
    keys: keysOf(context, cleaned),
    fingerprint: await fingerprintOf({ cleaning: cleaning.sql, partitioning, model: file?.model.canonical, columns }),
    definition: await cleanedParts(definition, rules, origin, file),
    ...(model === undefined ? {} : { reads: readsWithout(lookups, model.reads) }),
    lineage: withHistory(lineageOf(origin, cleaned, model), definition),
    rowLineage: rowLineageOf(origin, cleaned, model, definition),
    columnPlaces: Object.fromEntries(columns.map((column) => [column.name, place(column.name)])),
    ...withStoppingRules(checkedPart(checked), cleaning.stoppingScan),
    ...evolutionOf(definition),
    layer: 'silver',
    partitioning,
    origin,
    cleaning: cleaning.sql,
    key: definition.key,
    quarantineMaxPercent: definition.quarantine?.maxPercent,
    ...protectedOf(cleaned),
  };
}

function declareSources(context: CompileContext, origin: SilverOrigin, isChangelog: boolean, isHistory: boolean): Promise<void> {
  const added = [...(isChangelog ? [DELETED_COLUMN] : []), ...(origin.kind === 'bronze' ? [BATCH] : [])];
  const order = [BATCH, SEQUENCE, ...(isHistory ? [BATCH_TIME] : [])];
  const source = context.binder.declareTable('_source', [...origin.columns, ...added]);
  return isChangelog ? source.then(() => context.binder.declareTable('_order', order)) : source;
}

function modelInputs(file: ModelFile | undefined): readonly DatasetName[] {
  return file === undefined ? [] : inputsOf(file);
}

// Of a dataset that values are looked up in, the model's text does not tell all that is read.
function readsWithout(lookups: readonly DatasetName[], reads: NonNullable<DatasetBase['reads']>): NonNullable<DatasetBase['reads']> {
  return Object.fromEntries(Object.entries(reads).filter(([name]) => !lookups.some((lookup) => lookup === name)));
}

function withStoppingRules<T extends Pick<DatasetBase, 'checks' | 'checkScans'>>(checked: T, stopping: RenderedSql | undefined): T {
  if (stopping === undefined) return checked;
  return {
    ...checked,
    checks: [...checked.checks, { id: STOPPING_RULES_CHECK, severity: 'error' }],
    checkScans: [...checked.checkScans, { checks: [STOPPING_RULES_CHECK], sql: stopping }],
  };
}

const BATCH: Column = { name: '_batch', type: { kind: 'varchar' } };
const BATCH_TIME: Column = { name: '_at', type: { kind: 'timestamp' } };
const SEQUENCE: Column = { name: '_seq', type: { kind: 'bigint' } };

function changelogKeyOf(context: CompileContext, origin: SilverOrigin): readonly string[] | undefined {
  const bronze = origin.kind === 'bronze' ? context.compiled.get(origin.dataset) : undefined;
  return bronze?.layer === 'bronze' ? changelogKey(bronze) : undefined;
}

// The folder of a batch begins with its logical date (`attemptName`), which is the day of rows whose own day is unknown.
// Of a changelog it cannot be: the row and what says that it is no more came with different batches.
function fallbackDay(origin: SilverOrigin): string {
  if (origin.kind === 'bronze' && origin.mode === 'changelog') return `CAST('1970-01-01' AS DATE)`;
  return origin.kind === 'bronze' ? 'CAST(substr(_batch, 1, 10) AS DATE)' : `CAST('${LOGICAL_DATE_SLOT}' AS DATE)`;
}

function baseOf(
  name: DatasetName,
  definition: SilverDefinition,
  file: ModelFile | undefined,
): Pick<DatasetBase, 'name' | 'description' | 'file'> {
  return { name, description: definition.description, file: file?.path };
}

function bronzeOrigin(context: CompileContext, name: DatasetName, definition: SilverDefinition): SilverOrigin {
  const from = definition.from ?? '';
  const bronze = from.startsWith('bronze.') ? context.compiled.get(parseDatasetName(from)) : undefined;
  if (bronze?.layer !== 'bronze') {
    const known = [...context.compiled.values()].filter(({ layer }) => layer === 'bronze').map((dataset) => dataset.name);
    throw new SnowmeltError('compile/unknown-table', {
      message: `There is no bronze dataset \`${from}\`.`,
      hint: suggest(from, known),
      at: declarationPlace(context.declaration, ['silver', tableOf(name), 'from']),
    });
  }
  const mode = bronze.mode.kind === 'full' || bronze.mode.kind === 'window' ? bronze.mode.kind : 'changelog';
  return {
    kind: 'bronze',
    dataset: bronze.name,
    mode,
    columns: bronze.columns.filter(({ name: column }) => column !== DELETED_COLUMN.name),
  };
}

async function compileColumns(
  context: CompileContext,
  name: DatasetName,
  definition: SilverDefinition,
  rules: Readonly<Record<string, CleaningColumn>>,
  origin: SilverOrigin,
): Promise<CleanedColumn[]> {
  const columns: CleanedColumn[] = [];
  const errors: SnowmeltError[] = [];
  for (const [column, declared] of Object.entries(rules)) {
    try {
      const isKey = definition.key?.includes(column) === true || (definition.kind === 'history' && column === definition.version);
      columns.push(await compileColumn(context, name, column, isKey ? { ...declared, required: true } : declared, origin));
    } catch (error) {
      errors.push(toSnowmeltError(error));
    }
  }
  throwAll(errors);
  return columns;
}

async function compileColumn(
  context: CompileContext,
  name: DatasetName,
  column: string,
  rules: CleaningColumn,
  origin: SilverOrigin,
): Promise<CleanedColumn> {
  const at = { ...declarationPlace(context.declaration, ['silver', tableOf(name), 'columns', column]) };
  if (rules.expr === undefined) {
    const from = rules.from ?? column;
    const source = origin.columns.find((candidate) => candidate.name === from);
    const names = origin.columns.map((candidate) => candidate.name);
    if (source === undefined)
      throw new SnowmeltError('compile/unknown-column', {
        message: `\`${column}\` starts from \`${from}\`, which the source of ${name} does not have.`,
        hint: suggest(from, names),
        at,
      });
    return checkCast(
      context,
      {
        name: column,
        rules,
        start: forBoth((words) => words.name(from)),
        startType: source.type,
        startFlow: identityFlow('_source', from),
      },
      at,
    );
  }
  const { sql: start, flow: startFlow } = translateExpression(context.translator, rules.expr, origin.columns, at);
  const bound = await context.binder.bind(sqlText(`SELECT (${start.duckdb}) AS value FROM _source`));
  if (bound.kind === 'failed') {
    const isName = bound.failure.kind === 'unknown-column';
    const names = origin.columns.map((candidate) => candidate.name);
    throw new SnowmeltError(isName ? 'compile/unknown-column' : 'compile/type-error', {
      message: isName
        ? `The expression of \`${column}\` names \`${bound.failure.name}\`, which the source of ${name} does not have.`
        : `The expression of \`${column}\` does not fit its inputs: ${bound.failure.message.split('\n')[0]}`,
      hint: isName ? suggest(bound.failure.name ?? '', names) : 'Cast the inputs, or use columns of another type.',
      at,
    });
  }
  const [value] = bound.columns;
  return checkCast(context, { name: column, rules, start, startType: value?.type ?? rules.type, startFlow }, at);
}

// The expressions were bound one by one, so what is left to fail are the rules: a pattern that is no regular expression.
async function bindRules(context: CompileContext, name: DatasetName, columns: readonly CleanedColumn[], classify: SqlText): Promise<void> {
  const bound = await context.binder.bind(classify);
  if (bound.kind === 'bound') return;
  const suspects = columns.filter(({ rules }) => rules.pattern !== undefined).map((column) => column.name);
  const [column = ''] = suspects;
  throw new SnowmeltError('compile/type-error', {
    message: `A rule of ${name} cannot be used: ${bound.failure.message.split('\n')[0]}`,
    hint: suspects.length === 0 ? 'Look at the constants of its rules.' : `Look at the patterns (RE2 syntax) of ${suspects.join(', ')}.`,
    at: declarationPlace(context.declaration, ['silver', tableOf(name), 'columns', column]),
  });
}
