import { unsupported } from '../../errors/snowflake-error.ts';
import { identifierName } from '../identifiers.ts';
import { printExpression } from '../print-expression.ts';
import type { Scope } from '../scope.ts';
import { allowOnly, type Fields, fieldsOf, listOf, literalText, nodeOf } from '../tree.ts';
import type { TranslatedSession } from './translated.ts';

// What is not listed might change what comes out, which would go unnoticed.
const KNOWN: Readonly<Record<string, RegExp>> = {
  QUERY_TAG: /^/,
  STATEMENT_TIMEOUT_IN_SECONDS: /^\d+$/,
  TIMEZONE: /^(ETC\/)?UTC$/,
  UNLOAD_PARQUET_TIME_TIMESTAMP_MILLIS: /^(TRUE|FALSE)$/,
};

/** Translates ALTER SESSION SET, which makes sense only where a session lasts longer than the statement. */
export function translateAlterSession(fields: Fields, scope: Scope): TranslatedSession {
  allowOnly('ALTER SESSION', fields, ['expressions']);
  if (scope.session.parameters === undefined) throw unsupported('ALTER SESSION outside of a request with several statements');
  const settings = listOf(fields['expressions']).map((item) => {
    const { kind, fields: setting } = nodeOf(item);
    if (kind !== 'set_item') throw unsupported('this ALTER SESSION');
    const name = identifierName(fieldsOf(nodeOf(setting['name']).fields)['name']);
    const value = (literalText(setting['value']) ?? printExpression(setting['value'], scope)).toUpperCase();
    if (KNOWN[name]?.test(value) !== true) throw unsupported(`ALTER SESSION SET ${name} with this value`);
    return [name, value] as const;
  });
  return { kind: 'session', tables: [], parameters: Object.fromEntries(settings) };
}
