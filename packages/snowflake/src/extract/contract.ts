import {
  type ColumnType,
  type ErrorCode,
  type ErrorDetails,
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
  if (fits(column.type, found)) return undefined;
  const declared = renderColumnType(column.type, 'snowflake');
  return {
    code: 'source/type-mismatch',
    message: `Column \`${column.source}\` of ${place.relation} is ${renderSourceType(found)}, which ${declared} cannot hold without loss.`,
    hint: `Declare \`${column.name}\` as ${declarable(found) ?? 'another type'}, or cast it to ${declared} in a query.`,
    at: { dataset: place.dataset, field: column.name },
  };
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

// A double holds every decimal number of up to 15 digits.
const DOUBLE_DIGITS = 15;

const SIMPLE_KINDS = ['boolean', 'double', 'varchar', 'date', 'time', 'timestamp', 'binary', 'json'] as const;

const SOURCE_TYPES: Readonly<Record<(typeof SIMPLE_KINDS)[number], readonly string[]>> = {
  boolean: ['boolean'],
  double: ['real'],
  varchar: ['text'],
  date: ['date'],
  time: ['time'],
  timestamp: TIMESTAMPS,
  binary: ['binary'],
  json: ['variant', 'object', 'array'],
};

// Fewer digits than in the source are allowed, because every INT of Snowflake is a NUMBER(38,0): the writer refuses
// values that do not fit. A smaller scale is not allowed: it would be rounding.
function fits(declared: ColumnType, { type, precision, scale }: ResultColumn): boolean {
  if (declared.kind === 'bigint') return type === 'fixed' && scale <= 0;
  if (declared.kind === 'decimal') return type === 'fixed' && scale <= declared.scale;
  if (declared.kind === 'double' && type === 'fixed') return precision <= DOUBLE_DIGITS;
  return SOURCE_TYPES[declared.kind].includes(type);
}

function renderSourceType({ type, precision, scale }: ResultColumn): string {
  if (type === 'fixed') return `NUMBER(${precision},${scale})`;
  if (type === 'real') return 'FLOAT';
  return type === 'text' ? 'VARCHAR' : type.toUpperCase();
}

function declarable(column: ResultColumn): string | undefined {
  if (column.type === 'fixed') return `\`${renderSourceType(column)}\``;
  const kind = SIMPLE_KINDS.find((simple) => SOURCE_TYPES[simple].includes(column.type));
  return kind === undefined ? undefined : `\`${renderColumnType({ kind }, 'snowflake')}\``;
}
