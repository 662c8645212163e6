import { quoteIdentifier, SnowmeltError, type SourceRelation } from '@snowmelt/core/ports';
import type { SnowflakeConnection } from '../snowflake-connection.ts';

/** Gives the FROM item for what is to be read: a fully named, quoted table, or the query in parentheses. @throws config/invalid */
export function renderRelation(relation: SourceRelation, connection: Pick<SnowflakeConnection, 'database' | 'schema'>): string {
  // The line break keeps a comment at the query's end from swallowing the parenthesis.
  if (relation.kind === 'query') return `(${relation.sql.trim().replace(/;$/, '')}\n) AS src`;
  return qualifiedName(relation.table, connection)
    .map((part) => quoteIdentifier(part, 'snowflake'))
    .join('.');
}

/** Names what is read, for messages. */
export function describeRelation(relation: SourceRelation): string {
  return relation.kind === 'table' ? `table \`${relation.table}\`` : 'the query';
}

const PART = /"((?:[^"]|"")+)"|([A-Za-z_][A-Za-z0-9_$]*)/y;

/** The parts of a table's name, from the database to the table, as Snowflake stores them. @throws config/invalid */
export function qualifiedName(table: string, { database, schema }: Pick<SnowflakeConnection, 'database' | 'schema'>): readonly string[] {
  const parts = parseName(table.trim());
  if (parts === undefined || parts.length > 3) throw notATable(table);
  return [...[database, schema].slice(0, 3 - parts.length), ...parts];
}

/** The parts of a name as Snowflake stores them: in upper case where it has no quotes; undefined if it is no name. */
export function parseName(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  for (let at = 0; ; at++) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (match === null) return undefined;
    parts.push(match[1]?.replaceAll('""', '"') ?? match[0].toUpperCase());
    at = PART.lastIndex;
    if (at === text.length) return parts;
    if (text[at] !== '.') return undefined;
  }
}

function notATable(table: string): SnowmeltError {
  return new SnowmeltError('config/invalid', {
    message: `\`${table}\` is not the name of a Snowflake table.`,
    hint: 'Write T, SCHEMA.T or DATABASE.SCHEMA.T; put a part in double quotes if it was created in quotes.',
  });
}
