import { unsupported } from '../errors/snowflake-error.ts';
import { aggregates } from './aggregates.ts';
import { printCast } from './casts.ts';
import { literals } from './literals.ts';
import { operators } from './operators.ts';
import type { Printer, Printers } from './printer.ts';
import { queries } from './queries.ts';
import { scalarCalls } from './scalar-calls.ts';
import type { Scope } from './scope.ts';
import { typeOf } from './snowflake-type.ts';
import { allowOnly, nodeOf } from './tree.ts';
import { windows } from './windows.ts';

const cast: Printer = (fields, scope, kind) => {
  allowOnly(kind, fields, ['this', 'to']);
  return printCast(printAnyNode(fields['this'], scope), typeOf(fields['to']), kind === 'try_cast');
};

const PRINTERS: Printers = {
  ...literals,
  ...operators,
  ...scalarCalls,
  ...aggregates,
  ...windows,
  ...queries,
  cast,
  try_cast: cast,
};

/** The translation of every kind of node: what a scope's `print` does. @throws SnowflakeError for what has no translation. */
export function printAnyNode(node: unknown, scope: Scope): string {
  const { kind, fields } = nodeOf(node);
  const print = Object.hasOwn(PRINTERS, kind) ? PRINTERS[kind] : undefined;
  if (print === undefined) throw unsupported(kind.replaceAll('_', ' '));
  return print(fields, scope, kind);
}
