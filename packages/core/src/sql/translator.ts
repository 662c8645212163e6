import { prepareForDuckdb, repairDuckdb } from './repair-duckdb.ts';
import { type SqlText, sqlText } from './text.ts';
import type { Token } from './token.ts';

/** A syntax tree as plain data. */
export type SyntaxNode = { readonly [key: string]: unknown };

/** The outcome of parsing; `start` is where it failed. */
export type Parsed =
  | { readonly kind: 'parsed'; readonly statements: readonly SyntaxNode[] }
  | { readonly kind: 'failed'; readonly message: string; readonly start: number };

/** A parser and translator of Snowflake SQL. */
export interface Translator {
  tokenize(sql: string): readonly Token[];
  parse(sql: string): Parsed;
  /** @throws Error with the translator's message */
  translate(sql: string, dialect: 'duckdb' | 'spark'): SqlText;
}

/**
 * Loads the translator: 23 MB of WebAssembly, so only when something must be compiled. Who can read files gives the
 * compiled `polyglot_sql.wasm` of the SDK (a `WebAssembly.Module`): left to itself the SDK takes 0.2 s more, by way of `fetch`.
 * The process should have set V8's `--liftoff-only` before, or its exit waits for WASM optimisation.
 */
export async function loadTranslator(wasm?: object): Promise<Translator> {
  const sdk = wasm === undefined ? await import('@polyglot-sql/sdk') : await loadSdk(wasm);
  const snowflake = sdk.Dialect.Snowflake;
  const targets = { duckdb: sdk.Dialect.DuckDB, spark: sdk.Dialect.Spark };
  const tokenize = (sql: string): readonly Token[] => {
    const result = sdk.tokenize(sql, snowflake);
    return (result.tokens ?? []).map((token) => ({ text: token.text, kind: kindOf(token), start: token.span.start, end: token.span.end }));
  };
  return {
    tokenize,
    parse(sql) {
      const result = sdk.parse(sql, snowflake);
      if (result.success && result.ast !== null) return { kind: 'parsed', statements: asStatements(result.ast) };
      return { kind: 'failed', message: result.error ?? 'Cannot be parsed.', start: result.errorStart ?? 0 };
    },
    translate(sql, dialect) {
      const source = dialect === 'duckdb' ? prepareForDuckdb(sql, tokenize) : sql;
      const result = sdk.transpile(source, snowflake, targets[dialect]);
      const [text] = result.sql ?? [];
      if (!result.success || text === undefined) throw new Error(result.error ?? 'Cannot be translated.');
      return sqlText(dialect === 'duckdb' ? repairDuckdb(text, tokenize) : text);
    },
  };
}

type Sdk = typeof import('@polyglot-sql/sdk');

// The SDK hands whatever is not an address on to WebAssembly; the types of its `manual` entry do not say so.
async function loadSdk(wasm: object): Promise<Sdk> {
  const sdk: unknown = await import('@polyglot-sql/sdk/manual');
  if (!isManualSdk(sdk)) throw new Error('@polyglot-sql/sdk/manual has no init.');
  await sdk.init({ wasmUrl: wasm });
  return sdk;
}

function isManualSdk(sdk: unknown): sdk is Sdk & { init(options: { readonly wasmUrl: object }): Promise<void> } {
  return typeof sdk === 'object' && sdk !== null && 'init' in sdk && 'transpile' in sdk;
}

function asStatements(ast: unknown): readonly SyntaxNode[] {
  return (Array.isArray(ast) ? ast : [ast]).filter((node): node is SyntaxNode => typeof node === 'object' && node !== null);
}

// The SDK's type declares `tokenType`; what it returns has `token_type`.
function kindOf(token: object): string {
  return 'token_type' in token ? String(token.token_type) : '';
}
