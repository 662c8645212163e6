/** How answers are compared: numbers by value, FLOATs with a tolerance for the last digit, everything else exactly. */
export type AnswerType = 'text' | 'number' | 'float' | 'date' | 'timestamp' | 'boolean';

/** What Snowflake answers: a value as text, NULL, or that it fails; `refused`: we do not translate it. */
export type Answer = string | null | { readonly error: true } | { readonly refused: true };

/** One expression in Snowflake's SQL. */
export interface ExpressionCase {
  readonly sql: string;
  readonly type: AnswerType;
  readonly answer: Answer;
  /** The page of docs.snowflake.com/en/sql-reference that gives the answer or the rule from which it follows. */
  readonly source: string;
}

/** Snowflake fails. */
export const ERROR = { error: true } as const;

/** `snowmelt check` refuses it, with a hint. */
export const REFUSED = { refused: true } as const;

/** Cases of one page. */
export function casesOf(
  source: string,
  type: AnswerType,
  cases: readonly (readonly [sql: string, answer: Answer])[],
): readonly ExpressionCase[] {
  return cases.map(([sql, answer]) => ({ sql, type, answer, source }));
}
