import {
  type ColumnType,
  type ErrorCode,
  type ErrorDetails,
  type LossyChoice,
  parseColumnType,
  quoteIdentifier,
  renderColumnType,
  SnowmeltError,
  type SourceColumn,
  suggest,
} from '@snowmelt/core/ports';
import type { ResultColumn } from '../client/result-metadata.ts';

/** A declared column together with what the source says of it. */
export interface MatchedColumn {
  readonly declared: SourceColumn;
  readonly actual: ResultColumn;
  /** The source no longer has it, and that is allowed. */
  readonly isDropped?: true;
  /** It has another type than declared, and comes as text. */
  readonly asText?: ColumnType;
}

/** What stands for a column's value in a query over the source. */
export function columnSql({ actual, declared, isDropped, asText }: MatchedColumn): string {
  if (asText !== undefined) return `${quoteIdentifier(actual.name, 'snowflake')}::VARCHAR`;
  return isDropped === true ? `NULL::${renderColumnType(declared.type, 'snowflake')}` : quoteIdentifier(actual.name, 'snowflake');
}

/** Where columns were looked for, for messages. */
export interface ContractPlace {
  readonly dataset: string;
  /** E.g. ``table `ORDERS` ``. */
  readonly relation: string;
}

interface Problem extends ErrorDetails {
  readonly code: ErrorCode;
}

/**
 * Finds each declared column in the source and holds its type against the declared one; all problems are thrown at once.
 * @throws source/column-missing, source/type-mismatch
 */
export function matchColumns(
  declared: readonly SourceColumn[],
  actual: readonly ResultColumn[],
  place: ContractPlace,
): readonly MatchedColumn[] {
  const byName = new Map(actual.map((column) => [column.name, column]));
  const matched: MatchedColumn[] = [];
  const problems: Problem[] = [];
  for (const column of declared) {
    const found = byName.get(column.source);
    const problem = found === undefined ? missing(column, [...byName.keys()], place) : mismatch(column, found, place);
    if (problem !== undefined) problems.push(problem);
    else if (found !== undefined) matched.push({ declared: column, actual: found });
  }
  throwProblems(problems);
  return matched;
}

function missing(column: SourceColumn, names: readonly string[], place: ContractPlace): Problem {
  return {
    code: 'source/column-missing',
    message: `Column \`${column.source}\`, declared as \`${column.name}\`, is not in ${place.relation}.`,
    hint: `${suggest(column.source, names)} A column's name in the source is set with \`source\`.`,
    at: { dataset: place.dataset, field: column.name },
  };
}

function mismatch(column: SourceColumn, found: ResultColumn, place: ContractPlace): Problem | undefined {
  if (column.part === 'offset') return undefined;
  const at = { dataset: place.dataset, field: column.name };
  if (column.nanoseconds === 'epoch' && (TIMESTAMPS.includes(found.type) || found.type === 'time')) return lostOffset(column, found, place);
  if (fits(column.type, found)) return column.type.kind === 'timestamp' ? lostOffset(column, found, place) : undefined;
  const declared = renderColumnType(column.type, 'snowflake');
  return {
    code: 'source/type-mismatch',
    message: `Column \`${column.source}\` of ${place.relation} is ${renderSourceType(found)}, which ${declared} cannot hold without loss.`,
    hint: `Declare \`${column.name}\` as ${declarable(found) ?? 'another type'}, or cast it to ${declared} in a query.`,
    at,
  };
}

// The instant is kept in UTC; what the source says beside it must not vanish without a word.
function lostOffset(column: SourceColumn, found: ResultColumn, place: ContractPlace): Problem | undefined {
  const hasOffset = found.type === 'timestamp_tz';
  if (hasOffset === (column.offset !== undefined)) return undefined;
  const at = { dataset: place.dataset, field: column.name };
  const message = `Column \`${column.source}\` of ${place.relation} is ${renderSourceType(found)}`;
  if (!hasOffset) {
    return { code: 'source/type-mismatch', message: `${message}, which has no offset.`, hint: 'Remove `offset`.', at };
  }
  return {
    code: 'source/type-mismatch',
    message: `${message}: the lake keeps the instant in UTC, and nothing says what becomes of the offset.`,
    hint: `Write \`offset: 'keep'\` for a column \`${column.name}_offset_minutes\`, or \`offset: 'drop'\`.`,
    at,
  };
}

/** What of these columns cannot be kept, because the declaration says so. */
export function lossyChoices(columns: readonly MatchedColumn[]): readonly LossyChoice[] {
  return columns.flatMap(({ declared: { name: column, nanoseconds, offset }, actual }): LossyChoice[] => [
    ...(nanoseconds === 'truncate' && hasNanoseconds(actual) ? [{ column, choice: 'nanoseconds-truncated' } as const] : []),
    ...(offset === 'drop' && actual.type === 'timestamp_tz' ? [{ column, choice: 'offset-dropped' } as const] : []),
  ]);
}

/** Tells whether values can be finer than microseconds. */
export function hasNanoseconds({ type, scale }: ResultColumn): boolean {
  return (type === 'time' || TIMESTAMPS.includes(type)) && scale > 6;
}

function throwProblems(problems: readonly Problem[]): void {
  const [first, ...others] = problems.map(({ code, ...details }) => ({ code, details }));
  if (first === undefined) return;
  throw new SnowmeltError(
    first.code,
    first.details,
    others.map(({ code, details }) => new SnowmeltError(code, details)),
  );
}

const TIMESTAMPS = ['timestamp_ntz', 'timestamp_ltz', 'timestamp_tz'];

/** Shapes on the earth or in a plane: as WKB in a BINARY, or as GeoJSON. */
export const GEOGRAPHIES = ['geography', 'geometry'];

// A double holds every decimal number of up to 15 digits.
const DOUBLE_DIGITS = 15;

const SIMPLE_KINDS = ['boolean', 'double', 'varchar', 'date', 'time', 'timestamp', 'binary', 'json'] as const;

const SOURCE_TYPES: Readonly<Record<(typeof SIMPLE_KINDS)[number], readonly string[]>> = {
  boolean: ['boolean'],
  double: ['real'],
  varchar: ['text', ...GEOGRAPHIES],
  date: ['date'],
  time: ['time'],
  timestamp: TIMESTAMPS,
  binary: ['binary', ...GEOGRAPHIES],
  json: ['variant', 'object', 'array', ...GEOGRAPHIES],
};

/**
 * Tells whether a type holds what the source has. Fewer digits than in the source are allowed, because every INT of Snowflake is
 * a NUMBER(38,0): the writer refuses values that do not fit. A smaller scale is not allowed: it would be rounding.
 */
export function fits(declared: ColumnType, { type, precision, scale }: ResultColumn): boolean {
  if (declared.kind === 'bigint') return type === 'fixed' && scale <= 0;
  if (declared.kind === 'decimal') return type === 'fixed' && scale <= declared.scale;
  if (declared.kind === 'double' && type === 'fixed') return precision <= DOUBLE_DIGITS;
  return SOURCE_TYPES[declared.kind].includes(type);
}

/** A source type in Snowflake's words. */
export function renderSourceType({ type, precision, scale }: ResultColumn): string {
  if (type === 'fixed') return `NUMBER(${precision},${scale})`;
  if (type === 'real') return 'FLOAT';
  return type === 'text' ? 'VARCHAR' : type.toUpperCase();
}

/** How to declare a column, e.g. `` `NUMBER(10,2)` ``; undefined where the lake has no place for it. */
function declarable(column: ResultColumn): string | undefined {
  const type = lakeTypeOf(column);
  if (column.type === 'fixed') return `\`${renderSourceType(column)}\``;
  return type === undefined ? undefined : `\`${renderColumnType(type, 'snowflake')}\``;
}

/** The lake's type for what the source has; undefined where it has no place for it. */
export function lakeTypeOf(column: ResultColumn): ColumnType | undefined {
  if (column.type === 'fixed') return parseColumnType(renderSourceType(column));
  const kind = SIMPLE_KINDS.find((simple) => SOURCE_TYPES[simple].includes(column.type));
  return kind === undefined ? undefined : { kind };
}
