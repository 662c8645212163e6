import { setFlagsFromString } from 'node:v8';
import { SnowflakeError, syntaxError, unsupported } from '../errors/snowflake-error.ts';
import { fieldsOf, nodeOf, type TreeNode } from './tree.ts';

type Parser = typeof import('@polyglot-sql/sdk');

let parser: Parser | undefined;

/** Loads the SQL parser, once per process. It is 20 MB of WebAssembly: a server loads it with its first statement. */
export async function loadParser(): Promise<void> {
  if (parser !== undefined) return;
  // Else V8 optimises the whole module in the background, and the process waits for it when it wants to end.
  setFlagsFromString('--liftoff-only');
  parser = await import('@polyglot-sql/sdk');
}

function loaded(): Parser {
  if (parser === undefined) throw new Error('loadParser() comes first.');
  return parser;
}

/** Reads one statement of Snowflake SQL. @throws SnowflakeError for broken text, for none, and for several at once. */
export function parseStatement(text: string): TreeNode {
  const sdk = loaded();
  const result = sdk.parse(text, sdk.Dialect.Snowflake);
  if (!result.success) throw parseError(text, result);
  const statements: readonly unknown[] = Array.isArray(result.ast) ? result.ast : [result.ast];
  if (statements.length === 0) throw new SnowflakeError('000900', '42601', 'SQL compilation error:\nEmpty SQL statement.');
  if (statements.length > 1) {
    const message = `Actual statement count ${statements.length} did not match the desired statement count 1.`;
    throw new SnowflakeError('000008', '0A000', message);
  }
  return nodeOf(withoutComments(statements[0]));
}

// A comment wraps the expression before it, which would hide what that is.
function withoutComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutComments);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'annotated') return withoutComments(fieldsOf(first[1])['this']);
  return Object.fromEntries(entries.map(([name, part]) => [name, name.endsWith('comments') ? [] : withoutComments(part)]));
}

/** Writes an expression as Snowflake SQL again. */
export function generateSnowflake(expression: unknown): string {
  const sdk = loaded();
  const result = sdk.generate([expression], sdk.Dialect.Snowflake);
  const [text] = result.sql ?? [];
  if (text === undefined) throw unsupported('this expression');
  return text;
}

interface Failure {
  readonly error?: string | undefined;
  readonly errorLine?: number | undefined;
  readonly errorColumn?: number | undefined;
  readonly errorStart?: number | undefined;
  readonly errorEnd?: number | undefined;
}

function parseError(text: string, { error = '', errorLine = 1, errorColumn = 1, errorStart, errorEnd }: Failure): SnowflakeError {
  const found = errorStart === undefined ? '' : text.slice(errorStart, errorEnd);
  const what = found === '' ? error.replace(/^[^:]*: /, '') : `unexpected '${found}'.`;
  return syntaxError(`line ${errorLine} at position ${Math.max(0, errorColumn - 1)} ${what}`);
}
