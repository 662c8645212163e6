import { declarationPlace } from '../define/declaration-file.ts';
import type { CheckDefinition, GoldDefinition } from '../define/pipeline-schema.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { KeyedModel } from '../layers/gold/gold-dataset.ts';
import { type DatasetName, layerOf, tableOf } from '../layout/dataset-name.ts';
import { type Column, type ColumnType, isSameType } from '../sql/column-type.ts';
import { LOGICAL_DATE_SLOT } from '../sql/logical-date-slot.ts';
import { type KeyedReads, traceKey } from '../sql/trace-key.ts';
import type { ModelFile } from './compile-model.ts';
import type { CompileContext } from './context.ts';

// Equal values of these types are always written alike, so they always fall into the same bucket.
const KEY_TYPES: readonly ColumnType['kind'][] = ['varchar', 'bigint', 'decimal', 'date', 'boolean', 'timestamp'];

/** Proves that a model can be made key by key and says by which columns. Undefined for other kinds. @throws compile/not-by-key */
export function compileKeyed(
  context: CompileContext,
  name: DatasetName,
  { kind, key = [], checks }: GoldDefinition,
  columns: readonly Column[],
  file: ModelFile,
): KeyedModel | undefined {
  if (kind !== 'keyed') return undefined;
  refuseKeyTypes(context, name, key, columns);
  const reads = traceModel(context, name, key, file);
  const inputs = [...reads.byKey].map(([dataset, by]) => ({ dataset, columns: by }));
  for (const input of inputs) needSameTypes(context, name, key, columns, input);
  const checksWhole = checks.some((check) => !isByKey(check, key));
  return { inputs, checksWhole };
}

// Whether the rows of some keys are enough to judge by.
function isByKey(check: CheckDefinition, key: readonly string[]): boolean {
  if (check.kind === 'unique') return key.every((column) => check.columns.includes(column));
  if (check.kind === 'sql') return check.query === undefined && check.maxRows === undefined && check.maxPercent === undefined;
  if (check.kind === 'schema') return true;
  return (
    BY_ROW.has(check.kind) &&
    !('maxRows' in check && check.maxRows !== undefined) &&
    !('maxPercent' in check && check.maxPercent !== undefined)
  );
}

const BY_ROW = new Set<CheckDefinition['kind']>(['notNull', 'acceptedValues', 'range', 'pattern', 'relationship']);

function traceModel(context: CompileContext, name: DatasetName, key: readonly string[], file: ModelFile): KeyedReads {
  const refuse = (why: string, hint: string): never => {
    throw new SnowmeltError('compile/not-by-key', {
      message: `${name} cannot be made key by key. ${why}`,
      hint,
      at: { file: file.path, dataset: name },
    });
  };
  if (file.model.sql.includes(LOGICAL_DATE_SLOT)) {
    refuse('It reads `$logical_date`, so all of its rows would be others every day.', 'Use kind snapshot, or compare with a column.');
  }
  const parsed = context.translator.parse(file.text);
  const statement = parsed.kind === 'parsed' ? parsed.statements[0] : undefined;
  return traceKey(statement ?? {}, key, {
    columnsOf: (dataset) => context.compiled.get(dataset)?.columns.map((column) => column.name) ?? [],
    refuse,
  });
}

function refuseKeyTypes(context: CompileContext, name: DatasetName, key: readonly string[], columns: readonly Column[]): void {
  const bad = columns.find((column) => key.includes(column.name) && !KEY_TYPES.includes(column.type.kind));
  if (bad === undefined) return;
  throw new SnowmeltError('compile/type-error', {
    message: `\`key\` of ${name} names \`${bad.name}\`, which is of type ${bad.type.kind}: its rows cannot be divided by that.`,
    hint: 'Use a key of text, whole numbers, NUMBER, dates, timestamps or booleans, or kind snapshot.',
    at: declarationPlace(context.declaration, [layerOf(name), tableOf(name), 'key']),
  });
}

function needSameTypes(
  context: CompileContext,
  name: DatasetName,
  key: readonly string[],
  columns: readonly Column[],
  input: KeyedModel['inputs'][number],
): void {
  const typeIn = (list: readonly Column[] | undefined, column: string | undefined) => list?.find((one) => one.name === column)?.type;
  const given = context.compiled.get(input.dataset)?.columns;
  for (const [at, part] of key.entries()) {
    const [here, there] = [typeIn(columns, part), typeIn(given, input.columns[at])];
    if (here !== undefined && there !== undefined && isSameType(here, there)) continue;
    throw new SnowmeltError('compile/not-by-key', {
      message: `${name} cannot be made key by key. \`${part}\` is of another type than \`${input.columns[at]}\` of ${input.dataset}.`,
      hint: 'Give both the same type in silver.',
      at: declarationPlace(context.declaration, [layerOf(name), tableOf(name), 'key']),
    });
  }
}
