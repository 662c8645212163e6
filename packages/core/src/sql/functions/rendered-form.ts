/** How a call is written for each engine. */
export interface RenderedForm {
  readonly duckdb: string;
  readonly spark: string;
}
