import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildRequest, type DatasetName, isSnowmeltError, logicalDate, type RenderedSql, type SqlEngine } from '@snowmelt/core/ports';
import { duckdbBinder, duckdbEngine, fsObjectStore, openDuckdb, sparkEngine } from '@snowmelt/local';
import { compileModel } from '../../packages/core/src/compile/compile-model.ts';
import type { CompileContext } from '../../packages/core/src/compile/context.ts';
import { readModel } from '../../packages/core/src/sql/read-model.ts';
import { forBoth, mapBoth } from '../../packages/core/src/sql/render.ts';
import { loadTranslator } from '../../packages/core/src/sql/translator.ts';
import { openTestSpark } from '../../packages/local/test-support/test-spark.ts';
import { COMPILED, INPUT_STAGES, INPUTS } from './corpus/inputs.ts';

/** What an engine made of a query: its rows as texts, sorted; that it failed; or that it was refused before. */
export type Outcome = readonly string[] | 'error' | 'refused' | 'unbound';

/** A query by the name under which its outcome is asked for. */
export interface NamedQuery {
  readonly id: string;
  readonly sql: string;
  /** It may fail, so it is not asked for together with others. */
  readonly mayFail: boolean;
}

/** Runs queries in Snowflake's SQL on both engines, by the way that models take. */
export interface ParityBench {
  /** `isOneRow`: each query is known to have one row. */
  run(queries: readonly NamedQuery[], isOneRow: boolean): Promise<Readonly<Record<'duckdb' | 'spark', ReadonlyMap<string, Outcome>>>>;
  /** Runs finished SQL: each query gives one column of texts. */
  runRendered(
    queries: ReadonlyMap<string, RenderedSql>,
    stages?: BuildRequest['stages'],
  ): Promise<Readonly<Record<'duckdb' | 'spark', ReadonlyMap<string, Outcome>>>>;
  close(): Promise<void>;
}

const TEXT = { kind: 'varchar' } as const;
const DAY = logicalDate('2024-01-31');

/** Opens both engines over a lake of their own. */
export async function openParityBench(): Promise<ParityBench> {
  const root = await mkdtemp(join(tmpdir(), 'snowmelt-parity-'));
  const session = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: join(root, 'temp') });
  const store = fsObjectStore({ root: join(root, 'lake') });
  const spark = await openTestSpark();
  const engines = { duckdb: duckdbEngine({ session, store }), spark: sparkEngine({ spark, session, store }) };
  const binder = duckdbBinder({ session });
  for (const [name, columns] of Object.entries(INPUTS)) await binder.declareTable(name, columns);
  const translator = await loadTranslator();
  const context: CompileContext = {
    declaration: { path: '', text: '' },
    files: { read: async () => undefined },
    translator,
    binder,
    keys: {},
    compiled: COMPILED,
  };

  async function compile(sql: string): Promise<RenderedSql | 'refused' | 'unbound'> {
    try {
      const model = await compileModel(context, 'gold.parity' as DatasetName, {
        path: 'q.sql',
        text: sql,
        model: readModel(translator, sql, 'q.sql'),
      });
      const rendered = forBoth((words) => {
        const texts = model.columns.map(({ name }) => `COALESCE(CAST(${words.name(name)} AS ${words.type(TEXT)}), '∅')`);
        return `SELECT concat_ws('|', ${texts.join(', ')}) AS v FROM (${model.sql[words.dialect]}) AS _q`;
      });
      return mapBoth(rendered, (text) => text.replaceAll('{{logical_date}}', DAY));
    } catch (error) {
      if (!isSnowmeltError(error)) throw error;
      if (process.env['PARITY_ERRORS'] !== undefined) process.stderr.write(`unbound ${sql}\n   ${error.message}\n`);
      return error.code === 'compile/unsupported-sql' ? 'refused' : 'unbound';
    }
  }

  async function rowsOf(
    engine: SqlEngine,
    queries: ReadonlyMap<string, RenderedSql>,
    stages: BuildRequest['stages'],
    isOneRow: boolean,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    // Spark compiles each branch of a UNION on its own, but values side by side at once.
    const all = forBoth(({ dialect }) =>
      isOneRow
        ? `SELECT ${[...queries].map(([id, sql]) => `(${sql[dialect]}) AS ${id}`).join(', ')}`
        : [...queries].map(([id, sql]) => `SELECT '${id}' AS id, v FROM (${sql[dialect]}) AS _one`).join(' UNION ALL '),
    );
    const columns = (isOneRow ? [...queries.keys()] : ['id', 'v']).map((name) => ({ name, type: TEXT }));
    const request: BuildRequest = {
      dataset: 'gold.parity' as DatasetName,
      stages: [...stages, { kind: 'table', name: '_rows', sql: all }],
      outputs: [
        {
          part: 'rows',
          from: '_rows',
          columns,
          sortBy: isOneRow ? [] : ['id', 'v'],
          partition: { kind: 'day', day: DAY },
          prefix: 'gold/{year}/{month}/{day}/{attempt}',
        },
      ],
      checks: [],
    };
    attempts += 1;
    const report = await engine.build(request, { attempt: `a${attempts}`, signal: new AbortController().signal }, () => undefined);
    const files = report.outputs.flatMap(({ partitions }) => partitions.flatMap((one) => one.files.map(({ key }) => store.locate(key))));
    const found = new Map([...queries.keys()].map((id) => [id, [] as string[]]));
    const connection = await session.connect();
    try {
      for (const file of files) {
        const reader = await connection.runAndReadAll(`SELECT ${columns.map(({ name }) => name).join(', ')} FROM read_parquet('${file}')`);
        for (const row of reader.getRowsJson()) {
          const cells = isOneRow ? row.map((v, at) => [columns[at]?.name, v] as const) : [[String(row[0]), row[1]] as const];
          for (const [id = '', v] of cells) found.get(id)?.push(v === null ? '∅' : String(v));
        }
      }
    } finally {
      connection.closeSync();
    }
    return new Map([...found].map(([id, rows]) => [id, rows.sort()]));
  }

  async function outcomes(
    engine: SqlEngine,
    queries: ReadonlyMap<string, RenderedSql>,
    single: ReadonlySet<string>,
    stages: BuildRequest['stages'],
    isOneRow: boolean,
  ) {
    const result = new Map<string, Outcome>();
    const run = async (some: ReadonlyMap<string, RenderedSql>): Promise<void> => {
      try {
        for (const [id, rows] of await rowsOf(engine, some, stages, isOneRow)) result.set(id, rows);
      } catch (error) {
        if (some.size === 1) {
          if (process.env['PARITY_ERRORS'] !== undefined)
            process.stderr.write(`${engine.dialect} ${[...some.values()][0]?.[engine.dialect]}\n   ${String(error).slice(0, 600)}\n`);
          for (const id of some.keys()) result.set(id, 'error');
          return;
        }
        const list = [...some];
        await run(new Map(list.slice(0, list.length / 2)));
        await run(new Map(list.slice(list.length / 2)));
      }
    };
    const together = [...queries].filter(([id]) => !single.has(id));
    for (let i = 0; i < together.length; i += 60) await run(new Map(together.slice(i, i + 60)));
    for (const [id, sql] of queries) if (single.has(id)) await run(new Map([[id, sql]]));
    return result;
  }

  let attempts = 0;
  return {
    async run(queries, isOneRow) {
      const rendered = new Map<string, RenderedSql>();
      const refused: [string, Outcome][] = [];
      for (const { id, sql } of queries) {
        const compiled = await compile(sql);
        if (typeof compiled === 'string') refused.push([id, compiled]);
        else rendered.set(id, compiled);
      }
      const single = new Set(queries.flatMap(({ id, mayFail }) => (mayFail ? [id] : [])));
      const all = async (engine: SqlEngine) =>
        new Map<string, Outcome>([...(await outcomes(engine, rendered, single, INPUT_STAGES, isOneRow)), ...refused]);
      return { duckdb: await all(engines.duckdb), spark: await all(engines.spark) };
    },
    async runRendered(queries, stages = []) {
      return {
        duckdb: await outcomes(engines.duckdb, queries, new Set(), stages, false),
        spark: await outcomes(engines.spark, queries, new Set(), stages, false),
      };
    },
    async close() {
      await spark.close();
      session.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
