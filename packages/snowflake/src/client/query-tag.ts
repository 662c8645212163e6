import type { StatementContext } from './request-sender.ts';

/** What a statement is called in Snowflake's query history: the run (or `tag`), the attempt and the dataset. */
export function queryTag(tag: string | undefined, { attempt, run = tag, dataset }: StatementContext): string {
  return JSON.stringify({ tool: 'snowmelt', run, attempt, dataset });
}
