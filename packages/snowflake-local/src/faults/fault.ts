/** Which requests a fault meets. What is left out matches anything. */
export interface RequestMatch {
  readonly method?: string;
  /** Looked for in the path with its query, e.g. `/partition=1$/`; a text must occur in it. */
  readonly path?: string | RegExp;
  /** Looked for in the body as it was written, e.g. `/COPY INTO/`; a text must occur in it. */
  readonly body?: string | RegExp;
  /** The first request to meet it, counted from 1 among those that match. Default 1. */
  readonly nth?: number;
  /** How many requests in a row meet it. Default 1. */
  readonly times?: number;
}

/** What goes wrong with a request. With `after` the server does what was asked, and only its answer is lost. */
export type FaultKind =
  /** The answer comes late. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The statement is said to be running still, although it may be over. */
  | { readonly kind: 'pending' }
  /** The answer is a failure, with the body that services in front of Snowflake send. */
  | { readonly kind: 'status'; readonly status: number; readonly after?: boolean; readonly retryAfterSeconds?: number }
  | { readonly kind: 'expired-token' }
  /** No answer at all until the server closes; with `bytes` the first of the body come. */
  | { readonly kind: 'hang'; readonly bytes?: number; readonly after?: boolean }
  /** The body ends after `bytes` (half of it by default): the connection breaks, or it `looksComplete`. */
  | { readonly kind: 'truncate'; readonly bytes?: number; readonly looksComplete?: boolean }
  /** The body says that it is gzip, and cannot be unpacked. */
  | { readonly kind: 'wrong-gzip' }
  /** The connection breaks without an answer. */
  | { readonly kind: 'drop'; readonly after?: boolean }
  /** Others commit just before the request is served: DuckDB's SQL, and the commit's time. */
  | { readonly kind: 'late-commit'; readonly sql: string; readonly at?: string };

/** A fault, and whom it meets. */
export type Fault = FaultKind & { readonly match?: RequestMatch };

/** A request that came, for tests to look at. */
export interface SeenRequest {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  readonly fault?: FaultKind['kind'];
  /** What was answered; undefined while it is not, or if nothing was. */
  readonly status?: number;
}
