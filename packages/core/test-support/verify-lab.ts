import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duckdbBinder } from '../../local/src/duckdb/duckdb-binder.ts';
import { duckdbEngine } from '../../local/src/duckdb/duckdb-engine.ts';
import { duckdbFixtures } from '../../local/src/duckdb/duckdb-fixtures.ts';
import { duckdbRowComparer } from '../../local/src/duckdb/duckdb-row-comparer.ts';
import { openDuckdb } from '../../local/src/duckdb/duckdb-session.ts';
import { fsObjectStore } from '../../local/src/fs/fs-object-store.ts';
import { compilePipeline } from '../src/compile/compile-pipeline.ts';
import type { Graph } from '../src/compile/graph.ts';
import { parsePipeline } from '../src/define/parse-pipeline.ts';
import type { PipelineDeclaration } from '../src/define/pipeline-schema.ts';
import type { SqlEngine } from '../src/ports/sql-engine.ts';
import { loadTranslator } from '../src/sql/translator.ts';
import type { VerifyBench } from '../src/verify/build-both.ts';

const translator = loadTranslator();

const DECLARED: PipelineDeclaration = {
  name: 'shop',
  source: { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' },
  bronze: {
    lines: {
      table: 'LINES',
      mode: 'window',
      watermark: 'loaded_at',
      columns: {
        code: 'VARCHAR',
        line_no: 'NUMBER(10,0)',
        quantity: 'NUMBER(10,0)',
        price: 'NUMBER(12,3)',
        weight: 'FLOAT',
        sold_at: 'TIMESTAMP_NTZ',
        loaded_at: 'TIMESTAMP_NTZ',
      },
    },
  },
  silver: {
    lines: {
      kind: 'event',
      eventTime: 'sold_at',
      from: 'bronze.lines',
      key: ['code', 'line_no'],
      version: 'loaded_at',
      columns: {
        code: { type: 'VARCHAR', trim: true, case: 'upper', required: true, pattern: '[CA]?[0-9]{4}' },
        line_no: { type: 'NUMBER(10,0)', required: true, range: { min: 1 } },
        quantity: { type: 'NUMBER(10,0)' },
        price: { type: 'NUMBER(12,3)' },
        weight: { type: 'FLOAT' },
        sold_at: { type: 'TIMESTAMP_NTZ', required: true },
        loaded_at: { type: 'TIMESTAMP_NTZ' },
      },
    },
  },
  gold: {
    figures: { kind: 'snapshot', key: ['code', 'line_no'], sql: 'figures.sql', checks: [{ kind: 'notNull', column: 'rank' }] },
    days: { kind: 'snapshot', key: ['sold_on'], sql: 'days.sql' },
  },
};

const MODELS: Readonly<Record<string, string>> = {
  'figures.sql': `
    select code, line_no, sold_at, round(price, 1)::number(12,1) as rounded, trunc(quantity::double / 2::double)::number(12,0) as half,
      row_number() over (partition by sold_at::date order by quantity desc nulls last, code, line_no) as rank,
      regexp_like(code, 'C?[0-9]{4}') as is_code, sold_at::date as sold_on
    from silver.lines`,
  'days.sql': `select sold_at::date as sold_on, count(*) as lines, sum(weight) as weight from silver.lines group by 1`,
};

/** A small shop, compiled: cleaning rules, a model with the usual suspects, and one with sums of doubles. */
export async function compileShop(session: ReturnType<typeof openDuckdb>): Promise<Graph> {
  const declaration = { path: 'snowmelt.config.ts', text: '' };
  return await compilePipeline(parsePipeline(DECLARED, declaration), {
    declaration,
    files: { read: async (path) => MODELS[path] },
    binder: duckdbBinder({ session }),
    loadTranslator: () => translator,
  });
}

/** How one engine's SQL is falsified: a text and what takes its place. */
export type Plant = readonly [from: string | RegExp, to: string];

/** An engine whose SQL is another than what was planned, in one place. @throws where that place is nowhere */
export function falsified(engine: SqlEngine, [from, to]: Plant): SqlEngine {
  return {
    dialect: engine.dialect,
    build: (request, context, judge) => engine.build(JSON.parse(rewrite(JSON.stringify(request), from, to)), context, judge),
  };
}

function rewrite(text: string, from: string | RegExp, to: string): string {
  const changed = text.replaceAll(from, to);
  if (changed === text) throw new Error(`there is no ${String(from)} to falsify`);
  return changed;
}

/** Two DuckDB engines over one temporary folder. */
export function openLab() {
  const folder = mkdtempSync(join(tmpdir(), 'snowmelt-verify-'));
  const session = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: join(folder, 'tmp') });
  const store = fsObjectStore({ root: join(folder, 'lake') });
  const engine = duckdbEngine({ session, store });
  let trials = 0;
  const bench = (plant?: Plant): VerifyBench => ({
    engines: [engine, plant === undefined ? engine : falsified(engine, plant)],
    fixtures: duckdbFixtures({ session, store }),
    comparer: duckdbRowComparer({ session, store }),
    signal: new AbortController().signal,
  });
  const close = (): void => {
    session.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { session, store, bench, close, next: () => (trials += 1) };
}
