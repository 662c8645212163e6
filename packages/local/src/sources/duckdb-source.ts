import { basename, dirname } from 'node:path';
import {
  type Clock,
  type ContractRequest,
  type ObjectStore,
  SnowmeltError,
  type Source,
  type SourceRelation,
  suggest,
} from '@snowmelt/core/ports';
import { readDuckdbFailure } from '../duckdb/duckdb-error.ts';
import type { DuckdbSession } from '../duckdb/duckdb-session.ts';
import { identifier, literal } from '../duckdb/duckdb-sql.ts';
import type { Statements } from '../duckdb/statements.ts';
import { ATTACHED_AS, attachedDatabase } from './attached-database.ts';
import { chooseReference, digestParts } from './digest-parts.ts';
import { extractParts } from './extract-parts.ts';
import { listFiles } from './list-files.ts';
import { settleParts } from './settle-parts.ts';
import type { ContractPlace } from './source-contract.ts';
import { toSourceError } from './source-failure.ts';
import type { SourcePart } from './source-part.ts';
import { stateOf } from './source-state.ts';

/** What the source reads with. `database` is the absolute path of the file. */
export interface DuckdbSourceOptions {
  readonly database: string;
  readonly schema: string;
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/**
 * Gives a {@link Source} that reads tables, views and queries of an existing DuckDB database, each extract in one read
 * transaction. The file is held only while it is read. Its methods throw source/*, lake/*, run/interrupted.
 */
export function duckdbSource({ database, schema, session, store, clock }: DuckdbSourceOptions): Source {
  const attached = attachedDatabase(session, database, schema);
  return {
    ping: (signal) =>
      attached.read(signal, async (statements) => {
        const [row] = await statements.rows(`SELECT version(), (SELECT count(*) FROM ${TABLES})`, 'asking for the version');
        return `DuckDB ${row?.[0]}, ${database}, schema ${schema}, ${row?.[1]} tables and views`;
      }),
    describe: (request, context) =>
      attached.read(context.signal, (statements) =>
        withPart(statements, request, async (part, place) => settleParts(request, [part], place).contract),
      ),
    extract: async (request, context) => {
      const reference = { kind: 'files', state: await databaseState(database) } as const;
      return await attached.read(context.signal, (statements) =>
        withPart(statements, request, async (part, place) => {
          const report = await extractParts({ store, clock, statements, request, context, place }, [part]);
          return { ...report, bytesFetched: 0, reference };
        }),
      );
    },
    digest: async (request, context) => {
      const reference = chooseReference(request, await databaseState(database));
      const groups = await attached.read(context.signal, (statements) =>
        withPart(statements, request, (part, place) => digestParts(statements, request, [part], place)),
      );
      // Whoever wrote between the look at the file and its opening would otherwise go unseen.
      return { groups, reference: reference.kind === 'files' ? chooseReference(request, await databaseState(database)) : reference };
    },
  };
}

async function withPart<T>(
  statements: Statements,
  request: ContractRequest,
  act: (part: SourcePart, place: ContractPlace) => Promise<T>,
): Promise<T> {
  const { dataset, relation } = request;
  const place = { dataset, relation: relation.kind === 'table' ? `table \`${relation.table}\`` : 'the query' };
  try {
    return await act(await describe(statements, request, place), place);
  } catch (error) {
    throw toSourceError(error, place);
  }
}

// What others committed is in one of the two.
async function databaseState(database: string): Promise<string> {
  return stateOf([
    ...(await listFiles(dirname(database), basename(database))),
    ...(await listFiles(dirname(database), `${basename(database)}.wal`)),
  ]);
}

const TABLES = `(SELECT schema_name, table_name AS name FROM duckdb_tables() WHERE database_name = ${literal(ATTACHED_AS)} UNION ALL
  SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = ${literal(ATTACHED_AS)} AND NOT internal)`;

async function describe(statements: Statements, request: ContractRequest, place: ContractPlace): Promise<SourcePart> {
  const from = renderRelation(request.relation);
  const rows = await statements.rows(`DESCRIBE SELECT * FROM ${from}`, `looking at ${place.relation}`).catch(async (error: unknown) => {
    const { relation } = request;
    const isMissing = relation.kind === 'table' && readDuckdbFailure(error).type === 'Catalog';
    throw isMissing ? await missingTable(statements, relation.table, place) : error;
  });
  return { form: 'typed', from, columns: rows.map(([name, type]) => ({ name: String(name), type: String(type) })) };
}

async function missingTable(statements: Statements, table: string, { dataset }: ContractPlace): Promise<SnowmeltError> {
  await statements.dispose('ROLLBACK');
  const known = `SELECT CASE WHEN schema_name = current_schema() THEN name ELSE schema_name || '.' || name END FROM ${TABLES} ORDER BY 1`;
  const names = (await statements.rows(known, 'listing the tables')).map(([name]) => String(name));
  return new SnowmeltError('source/not-found', {
    message: `The database has no table or view \`${table}\`.`,
    hint: suggest(table, names),
    at: { dataset },
  });
}

function renderRelation(relation: SourceRelation): string {
  // The line break keeps a comment at the query's end from swallowing the parenthesis.
  if (relation.kind === 'query') return `(${relation.sql.trim().replace(/;$/, '')}\n) AS src`;
  return parseName(relation.table.trim()).map(identifier).join('.');
}

const PART = /"((?:[^"]|"")+)"|([A-Za-z_][A-Za-z0-9_$]*)/y;

function parseName(text: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at <= text.length; at = PART.lastIndex + 1) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (match === null || (PART.lastIndex < text.length && text[PART.lastIndex] !== '.') || parts.length === 2) throw notATable(text);
    parts.push(match[1]?.replaceAll('""', '"') ?? match[0]);
  }
  return parts;
}

function notATable(table: string): SnowmeltError {
  return new SnowmeltError('config/invalid', {
    message: `\`${table}\` is not the name of a DuckDB table.`,
    hint: 'Write T or SCHEMA.T; put a part in double quotes if it holds other characters than letters, digits and underscores.',
  });
}
