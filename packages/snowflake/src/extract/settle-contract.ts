import {
  type Column,
  type ColumnType,
  type ContractRequest,
  type DriftNote,
  type DriftRules,
  isLakeIdentifier,
  noteDrift,
  renderColumnType,
  type SourceColumn,
  type SourceContract,
} from '@snowmelt/core/ports';
import type { ResultColumn } from '../client/result-metadata.ts';
import { type ContractPlace, fits, hasNanoseconds, lakeTypeOf, type MatchedColumn, matchColumns, renderSourceType } from './contract.ts';

/** The columns to read, and what there is to say about them. */
export interface SettledContract {
  readonly columns: readonly MatchedColumn[];
  readonly contract: SourceContract;
}

const FROZEN: DriftRules = { policy: 'freeze', needed: [] };

/**
 * Decides which columns are read from a source that is described like this: the declared ones, or with `evolve` also what
 * came, grew or went without loss. @throws source/column-missing, source/type-mismatch
 */
export function settleContract(request: ContractRequest, actual: readonly ResultColumn[], place: ContractPlace): SettledContract {
  const rules = request.drift ?? FROZEN;
  const described = actual.map((column) => ({ name: column.name, type: renderSourceType(column), nullable: column.nullable ?? true }));
  const settled = settle(request.columns, actual, rules, place);
  const present = settled.filter(({ isDropped }) => isDropped === undefined);
  const declared = new Set(request.columns.map(({ name }) => name));
  const notes = noteDrift(
    present
      .filter(({ declared: { name } }) => declared.has(name))
      .map(({ declared: column, actual: { name } }) => ({ declared: column, name })),
    request.drift === undefined ? [] : described,
    rules,
  ).map((note) => asTaken(note, settled));
  const columns = settled.map(({ declared: { name, type } }): Column => ({ name, type }));
  const touched = settled.flatMap((column) =>
    column.isDropped === true ? [droppedNote(column)] : column.asText === undefined ? [] : [textNote(column, column.asText)],
  );
  const told = new Set(touched.map(({ column }) => column));
  const asText = settled.flatMap(({ declared: { name }, asText: type }) => (type === undefined ? [] : [{ name, type }]));
  return {
    columns: settled,
    contract: {
      described,
      notes: [...touched, ...notes.filter(({ column, change }) => change !== 'retyped' || !told.has(column))],
      ...(rules.policy === 'evolve' ? { columns } : {}),
      ...(asText.length === 0 ? {} : { asText }),
    },
  };
}

function settle(
  declared: readonly SourceColumn[],
  actual: readonly ResultColumn[],
  rules: DriftRules,
  place: ContractPlace,
): readonly MatchedColumn[] {
  if (rules.policy === 'evolve') return evolve(declared, actual, rules, place);
  const changed = new Map(rules.policy === 'quarantine' ? declared.flatMap((column) => comesAsText(column, actual, rules)) : []);
  const rest = matchColumns(
    declared.filter(({ name }) => !changed.has(name)),
    actual,
    place,
  );
  const matched = new Map([...rest.map((column) => [column.declared.name, column] as const), ...changed]);
  return declared.flatMap(({ name }) => matched.get(name) ?? []);
}

// Types whose values a text can be held against without doubt.
const JUDGED: readonly ColumnType['kind'][] = ['bigint', 'decimal', 'double', 'boolean', 'date', 'time', 'timestamp'];

function comesAsText(column: SourceColumn, actual: readonly ResultColumn[], { needed }: DriftRules): (readonly [string, MatchedColumn])[] {
  const { name, source, type, part, nanoseconds, offset } = column;
  const found = actual.find((one) => one.name === source);
  const isPlain = part === undefined && nanoseconds === undefined && offset === undefined && !needed.includes(name);
  if (found === undefined || !isPlain || fits(type, found)) return [];
  const isNumber = found.type === 'fixed' && (type.kind === 'bigint' || type.kind === 'decimal');
  if (!isNumber && !(found.type === 'text' && JUDGED.includes(type.kind))) return [];
  return [[name, { declared: { name, source, type: { kind: 'varchar' } }, actual: found, asText: type }]];
}

function evolve(
  declared: readonly SourceColumn[],
  actual: readonly ResultColumn[],
  rules: DriftRules,
  place: ContractPlace,
): readonly MatchedColumn[] {
  const byName = new Map(actual.map((column) => [column.name, column]));
  const isGone = (column: SourceColumn): boolean =>
    !byName.has(column.source) && rules.seen !== undefined && !rules.needed.includes(column.name);
  const present = declared.filter((column) => !isGone(column)).map((column) => widened(column, byName.get(column.source), rules));
  const matched = new Map(matchColumns(present, actual, place).map((column) => [column.declared.name, column]));
  const own = declared.flatMap((column) => matched.get(column.name) ?? dropped(column));
  return [...own, ...newColumns(declared, actual)];
}

// No value needs no rule for what becomes of its digits or its offset.
function dropped({ name: column, source: name, type }: SourceColumn): MatchedColumn {
  const precision = type.kind === 'decimal' ? type.precision : 38;
  const actual = { name, type: DROPPED_AS[type.kind], precision, scale: type.kind === 'decimal' ? type.scale : 0 };
  return { declared: { name: column, source: name, type }, actual, isDropped: true };
}

const DROPPED_AS: Readonly<Record<ColumnType['kind'], string>> = {
  boolean: 'boolean',
  bigint: 'fixed',
  decimal: 'fixed',
  double: 'real',
  varchar: 'text',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp_ntz',
  binary: 'binary',
  json: 'variant',
};

// A number may get more digits before the point: what reads it as declared fails at a value that is too large, and rounds none.
function widened(column: SourceColumn, actual: ResultColumn | undefined, { seen }: DriftRules): SourceColumn {
  if (column.part !== undefined || column.nanoseconds !== undefined || actual?.type !== 'fixed' || seen === undefined) return column;
  const before = seen.columns.find(({ name }) => name === column.name)?.type ?? column.type;
  const said = seen.described.find(({ name }) => name === column.source)?.type;
  const hasGrown = said !== undefined && said !== renderSourceType(actual);
  return { ...column, type: hasGrown ? wider(before, lakeTypeOf(actual) ?? before) : wider(column.type, before) };
}

function wider(a: ColumnType, b: ColumnType): ColumnType {
  const [left, right] = [digitsOf(a), digitsOf(b)];
  if (left === undefined || right === undefined || left.scale !== right.scale) return a;
  return left.precision >= right.precision ? a : b;
}

function digitsOf(type: ColumnType): { readonly precision: number; readonly scale: number } | undefined {
  if (type.kind === 'bigint') return { precision: 18, scale: 0 };
  return type.kind === 'decimal' ? type : undefined;
}

function newColumns(declared: readonly SourceColumn[], actual: readonly ResultColumn[]): readonly MatchedColumn[] {
  const sources = new Set(declared.map(({ source }) => source));
  const names = new Set(declared.map(({ name }) => name));
  return actual.flatMap((column) => {
    const type = lakeTypeOf(column);
    const name = column.name.toLowerCase();
    if (sources.has(column.name) || type === undefined || !isLakeIdentifier(name)) return [];
    const taken = asDeclared(name, type, column);
    if (taken.some((one) => names.has(one.name))) return [];
    for (const one of taken) names.add(one.name);
    return taken.map((one) => ({ declared: one, actual: column }));
  });
}

function asDeclared(name: string, type: ColumnType, actual: ResultColumn): readonly SourceColumn[] {
  const hasOffset = actual.type === 'timestamp_tz';
  const column: SourceColumn = {
    name,
    type,
    source: actual.name,
    ...(hasNanoseconds(actual) ? { nanoseconds: 'truncate' } : {}),
    ...(hasOffset ? { offset: 'keep' } : {}),
  };
  if (!hasOffset) return [column];
  return [column, { name: `${name}_offset_minutes`, type: { kind: 'bigint' }, source: actual.name, part: 'offset' }];
}

function asTaken(note: DriftNote, settled: readonly MatchedColumn[]): DriftNote {
  if (note.change !== 'added') return note;
  const taken = settled.find(({ declared: { source, part } }) => source === note.column && part === undefined);
  if (taken === undefined) return { ...note, detail: `${note.detail}; it is not taken` };
  const { name, type } = taken.declared;
  return {
    change: 'taken',
    column: note.column,
    detail: `${note.detail}; it is kept as \`${name}\` ${renderColumnType(type, 'snowflake')}`,
  };
}

function droppedNote({ declared: { name, source } }: MatchedColumn): DriftNote {
  return { change: 'dropped', column: name, detail: `the source no longer has \`${source}\`; \`${name}\` has no values` };
}

function textNote({ declared: { name, source }, actual }: MatchedColumn, type: ColumnType): DriftNote {
  const detail = `\`${source}\` is ${renderSourceType(actual)} and declared as ${renderColumnType(type, 'snowflake')}: rows whose value does not fit are set aside`;
  return { change: 'retyped', column: name, detail };
}
