import { randomUUID } from 'node:crypto';
import { unsupported } from '../errors/snowflake-error.ts';
import { quoteName, type TableName } from './identifiers.ts';
import { macro } from './macro-call.ts';
import { printExpression } from './print-expression.ts';
import type { Scope } from './scope.ts';
import { allowOnly, type Fields, fieldsOf, isPresent, nodeOf } from './tree.ts';

/** A time in the past, as the statement gives it. */
export interface Moment {
  /** `at` includes what was committed at that very time, `before` does not. */
  readonly word: 'at' | 'before';
  readonly by: 'timestamp' | 'offset' | 'statement';
  /** SQL for DuckDB: microseconds since 1970, microseconds from now on, or a statement's id. */
  readonly expression: string;
}

/** A table that a statement wants to see as it was, or its changes. */
export interface PastTable {
  readonly table: TableName;
  /** Stands in the statement's SQL until it is known which versions are meant. */
  readonly token: string;
  readonly moment: Moment;
  readonly changes?: { readonly appendOnly: boolean; readonly end?: Moment };
}

/** Writes a table of the past, if the reference is one: what stands in its place for now. @throws SnowflakeError */
export function printPastTable(fields: Fields, table: TableName, scope: Scope): string | undefined {
  if (!isPresent(fields['when']) && !isPresent(fields['changes'])) return undefined;
  const token = quoteName(`past ${randomUUID()}`);
  if (isPresent(fields['when'])) {
    scope.past.push({ table, token, moment: readMoment(fieldsOf(fields['when']), scope) });
    return token;
  }
  const changes = fieldsOf(fields['changes']);
  allowOnly('CHANGES', changes, ['information', 'at_before', 'end']);
  const information = String(nodeOf(changes['information']).fields['this']).toUpperCase();
  if (!['DEFAULT', 'APPEND_ONLY'].includes(information)) throw unsupported(`CHANGES(INFORMATION => ${information})`);
  if (!isPresent(changes['at_before'])) throw unsupported('CHANGES without AT or BEFORE');
  const end = isPresent(changes['end']) ? { end: readMoment(nodeOf(changes['end']).fields, scope) } : {};
  scope.past.push({
    table,
    token,
    moment: readMoment(nodeOf(changes['at_before']).fields, scope),
    changes: { appendOnly: information === 'APPEND_ONLY', ...end },
  });
  return token;
}

function readMoment(fields: Fields, scope: Scope): Moment {
  allowOnly('AT', fields, ['this', 'kind', 'expression']);
  const word = String(nodeOf(fields['this']).fields['name']).toUpperCase() === 'BEFORE' ? 'before' : 'at';
  const value = printExpression(fields['expression'], scope);
  switch (String(fields['kind']).toUpperCase()) {
    case 'TIMESTAMP':
      return { word, by: 'timestamp', expression: `epoch_us(${macro('to_timestamp_ltz', value)})` };
    case 'OFFSET':
      return { word, by: 'offset', expression: `CAST(round((${value}) * 1000000) AS BIGINT)` };
    case 'STATEMENT':
      return { word, by: 'statement', expression: value };
    default:
      throw unsupported(`AT(${String(fields['kind'])} => …)`);
  }
}
