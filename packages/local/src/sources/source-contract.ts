import { renderColumnType, SnowmeltError, type SourceColumn, suggest, throwAll } from '@snowmelt/core/ports';
import type { DescribedColumn, MatchedColumn, SourcePart } from './source-part.ts';
import { declarableAs, typedCast } from './typed-cast.ts';

/** Where columns were looked for, for messages. */
export interface ContractPlace {
  readonly dataset: string;
  /** E.g. ``table `orders` ``. */
  readonly relation: string;
  /** The files that it consists of. */
  readonly paths?: readonly string[];
}

/**
 * Finds each declared column in the source and holds its type against the declared one; all problems are thrown at once.
 * @throws source/column-missing, source/type-mismatch
 */
export function matchColumns(declared: readonly SourceColumn[], part: SourcePart, place: ContractPlace): readonly MatchedColumn[] {
  const matched: MatchedColumn[] = [];
  const problems: SnowmeltError[] = [];
  for (const column of declared) {
    const actual = findColumn(column.source, part.columns);
    if (actual === undefined) problems.push(missing(column, part.columns, place));
    else if (part.form === 'typed' && typedCast(column, actual.type, '') === undefined) problems.push(mismatch(column, actual, place));
    else matched.push({ declared: column, actual });
  }
  throwAll(problems);
  return matched;
}

/** The column of exactly this name, or the only one that differs in upper and lower case alone. */
export function findColumn(name: string, columns: readonly DescribedColumn[]): DescribedColumn | undefined {
  const exact = columns.find((column) => column.name === name);
  if (exact !== undefined) return exact;
  const alike = columns.filter((column) => column.name.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}

function missing(column: SourceColumn, columns: readonly DescribedColumn[], place: ContractPlace): SnowmeltError {
  const names = columns.map(({ name }) => name);
  return new SnowmeltError('source/column-missing', {
    message: `Column \`${column.source}\`, declared as \`${column.name}\`, is not in ${place.relation}.`,
    hint: `${suggest(column.source, names)} A column's name in the source is set with \`source\`.`,
    at: { dataset: place.dataset, field: column.name },
  });
}

function mismatch(column: SourceColumn, actual: DescribedColumn, place: ContractPlace): SnowmeltError {
  const declared = renderColumnType(column.type, 'snowflake');
  const type = declarableAs(actual.type);
  return new SnowmeltError('source/type-mismatch', {
    message: `Column \`${column.source}\` of ${place.relation} is ${actual.type}, which ${declared} cannot hold without loss.`,
    hint: `Declare \`${column.name}\` as ${type === undefined ? 'another type' : `\`${type}\``}, or cast it to ${declared} where it comes from.`,
    at: { dataset: place.dataset, field: column.name },
  });
}
