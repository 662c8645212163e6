/** One token of a SQL text; offsets count code points. Comments are no tokens. */
export interface Token {
  readonly text: string;
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}
