import { parseType, type SnowflakeType, showType } from './snowflake-type.ts';

const PREFIX = 'snowflake type: ';

/** What DuckDB keeps as a column's comment: its type in Snowflake, and below it the user's comment. */
export function typeComment(type: SnowflakeType, comment: string): string {
  return comment === '' ? `${PREFIX}${showType(type)}` : `${PREFIX}${showType(type)}\n${comment}`;
}

/** Reads the type out of a column's comment; undefined if the column was not made by this server. */
export function readTypeComment(comment: string | null): SnowflakeType | undefined {
  const [first = ''] = (comment ?? '').split('\n', 1);
  return first.startsWith(PREFIX) ? parseType(first.slice(PREFIX.length)) : undefined;
}
