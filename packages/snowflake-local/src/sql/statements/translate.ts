import { SnowflakeError, syntaxError, unsupported } from '../../errors/snowflake-error.ts';
import { isAccessStatement, translateAccessStatement } from '../access/access-statements.ts';
import { type Binding, numberPlaceholders } from '../bindings.ts';
import { printAnyNode } from '../expressions.ts';
import { loadParser, parseStatement } from '../parse.ts';
import { rootScope, type Scope } from '../scope.ts';
import type { Session } from '../session.ts';
import { isStageStatement, translateStageStatement } from '../stages/stage-statements.ts';
import { translateUnload } from '../stages/unload.ts';
import type { Fields, TreeNode } from '../tree.ts';
import { translateDelete, translateInsert, translateTruncate, translateUpdate } from './changes.ts';
import { translateAlterTable, translateDropSchema, translateDropTable, translateDropView, translateSchema } from './definitions.ts';
import { translateMerge } from './merge.ts';
import { translateQuery } from './query.ts';
import { translateAlterSession } from './session.ts';
import { translateDescribe, translateShow } from './show.ts';
import { translateTable, translateView } from './table.ts';
import type { TranslatedQuery, TranslatedStatement } from './translated.ts';

type Translator = (fields: Fields, scope: Scope, kind: string) => TranslatedStatement;

const STATEMENTS: Readonly<Record<string, Translator>> = {
  select: translateQuery,
  union: translateQuery,
  intersect: translateQuery,
  except: translateQuery,
  subquery: translateQuery,
  insert: translateInsert,
  update: translateUpdate,
  delete: translateDelete,
  merge: translateMerge,
  truncate: translateTruncate,
  create_table: translateTable,
  create_view: translateView,
  create_schema: translateSchema,
  drop_table: translateDropTable,
  drop_view: translateDropView,
  drop_schema: translateDropSchema,
  alter_table: translateAlterTable,
  alter_session: translateAlterSession,
  describe: translateDescribe,
  show: translateShow,
};

// What the parser gives for text that is no statement at all.
const NO_STATEMENT = new Set(['alias', 'column', 'literal', 'function', 'identifier', 'dot', 'paren', 'tuple', 'var', 'command', 'raw']);

/** Translates a statement of Snowflake SQL to DuckDB's. @throws SnowflakeError for what is wrong and for what is not known. */
export async function translate(
  text: string,
  session: Session,
  bindings: Readonly<Record<string, Binding>> = {},
): Promise<TranslatedStatement> {
  await loadParser();
  const numbered = Object.keys(bindings).length === 0 ? text : numberPlaceholders(text);
  if (isStageStatement(numbered)) return translateStageStatement(numbered, session);
  if (isAccessStatement(numbered)) return translateAccessStatement(numbered, session);
  if (UNLOAD.test(numbered)) return translateUnload(numbered, session, (query) => demandQuery(translateParsed(query, session, bindings)));
  return translateParsed(numbered, session, bindings);
}

const UNLOAD = /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*COPY\s+INTO\s*['@]/i;

function translateParsed(text: string, session: Session, bindings: Readonly<Record<string, Binding>>): TranslatedStatement {
  // The parser drops the word.
  if (/^\s*CREATE\s+OR\s+REPLACE\s+SCHEMA\b/i.test(text)) throw unsupported('CREATE OR REPLACE SCHEMA');
  const { kind, fields } = parseStatement(text);
  const translator = Object.hasOwn(STATEMENTS, kind) ? STATEMENTS[kind] : undefined;
  if (translator !== undefined)
    return withDepthLimit(() => translateWhole(translator, { kind, fields }, { session, bindings, print: printAnyNode }));
  const [word = ''] = /\S+/.exec(text) ?? [];
  if (NO_STATEMENT.has(kind)) throw syntaxError(`line 1 at position 0 unexpected '${word}'.`);
  throw unsupported(`${kind.replaceAll('_', ' ').toUpperCase()} statement`);
}

function translateWhole(translator: Translator, { kind, fields }: TreeNode, root: Parameters<typeof rootScope>[0]): TranslatedStatement {
  const scope = rootScope(root);
  const statement = translator(fields, scope, kind);
  if (scope.scans.length > 0 && statement.kind !== 'query') throw unsupported('RESULT_SCAN outside of a query');
  return statement;
}

function demandQuery(statement: TranslatedStatement): TranslatedQuery {
  if (statement.kind !== 'query') throw unsupported('COPY INTO from anything but a query');
  if (statement.scans.length > 0) throw unsupported('RESULT_SCAN outside of a query');
  return statement;
}

function withDepthLimit<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError)
      throw new SnowflakeError('000603', '54001', 'SQL compilation error:\nThe statement is nested too deeply.');
    throw error;
  }
}
