import { randomUUID } from 'node:crypto';
import { compilationError, unsupported } from '../errors/snowflake-error.ts';
import { quoteName } from './identifiers.ts';
import type { Scope } from './scope.ts';
import { type Fields, fieldsOf, listOf, literalText, nodeOf } from './tree.ts';

/** An earlier statement's result that a statement reads as a table. */
export interface ResultScan {
  /** The earlier statement's id. */
  readonly handle: string;
  /** Stands in the statement's SQL until the result has been found. */
  readonly token: string;
}

/** Writes `TABLE(RESULT_SCAN('id'))`: what stands in its place for now. @throws SnowflakeError for any other table function */
export function printResultScan(fields: Fields, scope: Scope): string {
  const [inner, ...others] = listOf(fields['args']);
  const { kind, fields: call } = inner === undefined ? { kind: '', fields: {} } : nodeOf(inner);
  const name = String(fieldsOf(call)['name']).toUpperCase();
  if (String(fields['name']).toUpperCase() !== 'TABLE' || kind !== 'function' || others.length > 0) throw unsupported('function in FROM');
  if (name !== 'RESULT_SCAN') throw unsupported(`TABLE(${name}(…))`);
  const [id, ...more] = listOf(call['args']);
  const handle = id === undefined || more.length > 0 ? undefined : literalText(id);
  if (handle === undefined) throw unsupported('RESULT_SCAN of anything but an id in quotes');
  if (!/^[0-9a-f-]{36}$/i.test(handle)) throw compilationError('000709', '02000', `Statement ${handle} not found`);
  const token = quoteName(`result ${randomUUID()}`);
  scope.scans.push({ handle, token });
  return token;
}
