import {
  digestQuery,
  keyOf,
  type LakeDigestRequest,
  type LakeDigests,
  type ObjectStore,
  parseDigest,
  SnowmeltError,
  whereOf,
} from '@snowmelt/core/ports';
import { digestDays } from './digest-days.ts';
import { toBuildError } from './duckdb-error.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { literal, selectFiles } from './duckdb-sql.ts';
import { type Statements, withStatements } from './statements.ts';

/** What reads the files. */
interface Tools {
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
}

/** Lets DuckDB sum up what Parquet files of the lake hold. */
export function duckdbDigests({ session, store }: Tools): LakeDigests {
  const reading = <T>(signal: AbortSignal, act: (statements: Statements) => Promise<T>): Promise<T> =>
    withStatements(session, signal, (error, sql, doing) => toBuildError(error, { doing, sql, folder: session.tempFolder, at: {} }), act);
  const rowsOf = ({ files, batch, columns }: Pick<LakeDigestRequest, 'files' | 'batch' | 'columns'>): string => {
    const paths = files.map((key) => store.locate(key));
    const where = batch === undefined || paths.length === 0 ? '' : ` WHERE "_batch" = ${literal(batch)}`;
    return `(${selectFiles(columns, paths)}${where}) AS "x"`;
  };
  return {
    digest: (request, signal) =>
      reading(signal, async (statements) => {
        const query = { ...request, dialect: 'duckdb' as const, from: rowsOf(request) };
        const groups = parseDigest(await statements.rows(digestQuery(query), DOING), query);
        if (groups === undefined) throw new SnowmeltError('internal/unexpected', { message: 'DuckDB gave no digest.' });
        return groups;
      }),
    digestDays: (request, signal) => reading(signal, (statements) => digestDays(request, statements, store)),
    keyBounds: (request, signal) =>
      reading(signal, async (statements) => {
        const key = keyOf(request.column, request.columns, 'duckdb');
        const shares = Array.from({ length: request.parts - 1 }, (_, at) => (at + 1) / request.parts);
        const quantiles = `SELECT unnest(quantile_disc(${key}, [${shares.join(', ')}])) AS "b" FROM ${rowsOf(request)}`;
        const where = whereOf(request, request.columns, 'duckdb');
        const rows = await statements.rows(
          `SELECT CAST("b" AS VARCHAR) FROM (SELECT DISTINCT "b" FROM (${quantiles}${where})) ORDER BY "b"`,
          DOING,
        );
        return rows.flatMap(([bound]) => (bound === null || bound === undefined ? [] : [String(bound)]));
      }),
  };
}

const DOING = 'summing up files of the lake';
