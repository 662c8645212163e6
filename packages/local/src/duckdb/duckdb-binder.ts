import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { type BindFailure, type BindResult, type Column, parseColumnType, type SqlBinder } from '@snowmelt/core/ports';
import { type DuckdbFailure, readDuckdbFailure } from './duckdb-error.ts';
import { duckdbModule } from './duckdb-module.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { identifier, typeOf } from './duckdb-sql.ts';

const NOT_A_QUERY: BindResult = { kind: 'failed', failure: { kind: 'other', message: 'This is not a query.' } };

/** Binds queries on an empty DuckDB: their columns and types, or why they have none. */
export function duckdbBinder(options: { readonly session: DuckdbSession }): SqlBinder {
  let opening: Promise<DuckDBConnection> | undefined;
  const connect = (): Promise<DuckDBConnection> => {
    opening ??= options.session.connect();
    return opening;
  };
  return {
    declareTable: async (name, columns) => {
      const list = columns.map((column) => `${identifier(column.name)} ${typeOf(column)}`).join(', ');
      await (await connect()).run(`CREATE OR REPLACE TEMP TABLE ${identifier(name)} (${list})`);
    },
    bind: async (sql) => {
      const connection = await connect();
      try {
        const { StatementType } = duckdbModule();
        const prepared = await connection.prepare(sql);
        const result = prepared.statementType === StatementType.SELECT ? readColumns(prepared) : NOT_A_QUERY;
        prepared.destroySync();
        return result;
      } catch (error) {
        return { kind: 'failed', failure: toBindFailure(readDuckdbFailure(error), sql) };
      }
    },
  };
}

function readColumns(prepared: DuckDBPreparedStatement): BindResult {
  const columns: Column[] = [];
  for (let i = 0; i < prepared.columnCount; i++) {
    const name = prepared.columnName(i);
    const spelling = String(prepared.columnType(i));
    const type = parseColumnType(spelling);
    if (type === undefined) {
      const message = `Column \`${name}\` has the type ${spelling}, which the lake cannot store; cast it.`;
      return { kind: 'failed', failure: { kind: 'unsupported-type', message, name } };
    }
    if (columns.some((column) => column.name.toLowerCase() === name.toLowerCase())) {
      return { kind: 'failed', failure: { kind: 'other', message: `Two columns are named \`${name}\`.`, name } };
    }
    columns.push({ name, type });
  }
  return { kind: 'bound', columns };
}

function toBindFailure(failure: DuckdbFailure, sql: string): BindFailure {
  const kind = kindOf(failure);
  const named = /^Referenced table "([^"]+)" not found|does not have a column named "([^"]+)"/.exec(failure.message);
  const name = failure.name ?? named?.[1] ?? named?.[2];
  const candidates = kind === 'type-error' ? [] : candidatesOf(failure);
  return {
    kind,
    message: failure.message,
    ...(name === undefined ? {} : { name }),
    ...(candidates.length === 0 ? {} : { candidates }),
    ...(failure.position === undefined ? {} : { position: characterOffset(sql, failure.position) }),
  };
}

function kindOf(failure: DuckdbFailure): BindFailure['kind'] {
  if (failure.subtype === 'COLUMN_NOT_FOUND') return 'unknown-column';
  if (failure.type === 'Catalog' && failure.entryType === 'Table') return 'unknown-table';
  if (failure.message.startsWith('Referenced table ')) return 'unknown-table';
  if (failure.type === 'Binder' && /does not have a column named/.test(failure.message)) return 'unknown-column';
  if (failure.subtype === 'NO_MATCHING_FUNCTION' || failure.type === 'Conversion' || failure.type === 'Mismatch Type') return 'type-error';
  if (failure.type === 'Binder' && /\bcast\b|\btypes?\b/i.test(failure.message)) return 'type-error';
  return 'other';
}

function candidatesOf(failure: DuckdbFailure): readonly string[] {
  const quoted = [...failure.message.slice(failure.message.indexOf('Candidate')).matchAll(/"([^"]+)"/g)].flatMap((match) => match[1] ?? []);
  return failure.message.includes('Candidate') ? quoted : (failure.candidates ?? []);
}

// DuckDB counts bytes, editors count characters.
function characterOffset(sql: string, byteOffset: number): number {
  return Buffer.from(sql).subarray(0, byteOffset).toString().length;
}
