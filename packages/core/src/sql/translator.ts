import { expandCalls } from './functions/expand-calls.ts';
import { fillForm } from './functions/fill-form.ts';
import { markCalls } from './functions/mark-calls.ts';
import { readRawConditions } from './raw-conditions.ts';
import { type KnownTables, shapeQuery } from './shape-query.ts';
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
  /**
   * Renders SQL that means the same on that engine as in Snowflake; `tables` are what it reads.
   * @throws UntranslatableError, or Error with the translator's message
   */
  translate(sql: string, dialect: 'duckdb' | 'spark', tables?: KnownTables): SqlText;
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
  const treeOf = (sql: string): unknown => sdk.parse(sql, snowflake).ast;
  // Whatever is translated for one engine is translated for the other next.
  const read = rememberLast((sql: string) => {
    const marked = markCalls(sql, tokenize(sql));
    return { marked, ast: readRawConditions(treeOf(marked.text), treeOf) };
  });
  return {
    tokenize,
    parse(sql) {
      const result = sdk.parse(sql, snowflake);
      if (result.success && result.ast !== null) return { kind: 'parsed', statements: asStatements(readRawConditions(result.ast, treeOf)) };
      return { kind: 'failed', message: result.error ?? 'Cannot be parsed.', start: result.errorStart ?? 0 };
    },
    translate(sql, dialect, tables = {}) {
      const { marked, ast } = read(sql);
      const { tree, isChanged, forms } = shapeQuery(ast, marked.names, tables, dialect);
      const source = isChanged ? one(sdk.generate(tree, snowflake)) : marked.text;
      const target = one(sdk.transpile(source, snowflake, targets[dialect]));
      const expand = (name: string, args: readonly string[]): string | undefined => {
        const form = forms.get(name);
        return form === undefined ? undefined : fillForm(form[dialect], args);
      };
      return sqlText(expandCalls(target, expand, dialect === 'spark'));
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

function rememberLast<T>(make: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly made: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, made: make(text) };
    return last.made;
  };
}

function one(result: { readonly success: boolean; readonly sql?: readonly string[]; readonly error?: string }): string {
  const [text] = result.sql ?? [];
  if (!result.success || text === undefined) throw new Error(result.error ?? 'Cannot be translated.');
  return text;
}

function asStatements(ast: unknown): readonly SyntaxNode[] {
  return (Array.isArray(ast) ? ast : [ast]).filter((node): node is SyntaxNode => typeof node === 'object' && node !== null);
}

// The SDK's type declares `tokenType`; what it returns has `token_type`.
function kindOf(token: object): string {
  return 'token_type' in token ? String(token.token_type) : '';
}
