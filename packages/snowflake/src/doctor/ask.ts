import { type SqlText, sqlText } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { SqlApiClient } from '../client/sql-api-client.ts';

/** A row of what Snowflake tells about itself; names in lower case. */
export type Answer = Readonly<Record<string, string | undefined>>;

/** Asks Snowflake about itself. @throws source/* */
export type Ask = (sql: string) => Promise<readonly Answer[]>;

/** Asks through the SQL API. */
export function askThrough(client: SqlApiClient, context: StatementContext): Ask {
  return async (sql) => {
    const statement: SqlText = sqlText(sql);
    const { columns, data } = await client.query(statement, context);
    return data.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name.toLowerCase(), row[i] ?? undefined])));
  };
}

/** The value of one property in an answer of DESC INTEGRATION or DESC STAGE. */
export function propertyOf(answers: readonly Answer[], name: string): string | undefined {
  return answers.find(({ property }) => property === name)?.['property_value'];
}
