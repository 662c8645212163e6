import { compilePipeline, loadTranslator, parsePipeline } from '@snowmelt/core/compile';
import type { Graph } from '@snowmelt/core/pipeline';
import type { ObjectStore } from '@snowmelt/core/ports';
import { type DuckdbSession, duckdbBinder } from '@snowmelt/local';
import { LAG_SECONDS } from './history.ts';
import { silverOf } from './silver-tables.ts';

/** The declaration of the extract, and what of it a test changes. */
export interface ExtractSettings {
  readonly mode: 'full' | 'window' | 'changes' | 'keys-diff';
  readonly nulls?: 'fail' | 'exclude';
  readonly onGap?: 'reextract' | 'fail';
  readonly transport?: 'raw' | 'unload';
  readonly slices?: number;
  /** Cleans the extract to silver in both kinds, and beside it an extract of the same table in full. */
  readonly hasSilver?: boolean;
  /** Plants a bug: what the process does with its store. */
  readonly sabotage?: (store: ObjectStore) => ObjectStore;
}

/** Compiles the pipeline. */
export async function compileExtract(
  session: DuckdbSession,
  { mode, nulls, onGap, slices, hasSilver = false, transport = 'raw' }: ExtractSettings,
): Promise<Graph> {
  const source = {
    kind: 'snowflake',
    account: 'LOCAL',
    user: 'ETL',
    privateKey: { env: 'KEY' },
    database: 'SHOP',
    stage: { name: 'LAKE', url: 'file:///stage' },
  } as const;
  const hasWatermark = mode === 'window' || mode === 'keys-diff';
  const items = {
    table: 'T',
    mode,
    transport,
    ...(mode === 'full' ? {} : { key: ['id'] }),
    ...(hasWatermark ? { watermark: 'changed_at', lag: `${LAG_SECONDS} seconds`, nullWatermark: nulls ?? 'fail' } : {}),
    ...(onGap === undefined ? {} : { onGap }),
    ...(slices === undefined ? {} : { slices }),
    columns: { id: 'NUMBER(10,0)', value: 'NUMBER(12,0)', changed_at: 'TIMESTAMP_NTZ' },
  } as const;
  const declaration = { path: 'snowmelt.config.ts', text: '' };
  const { table, columns } = items;
  const layers = hasSilver
    ? { bronze: { items, whole: { table, mode: 'full' as const, transport, columns } }, silver: silverOf('bronze.items', 'bronze.whole') }
    : { bronze: { items } };
  const pipeline = parsePipeline({ name: 'model', source, ...layers }, declaration);
  return await compilePipeline(pipeline, {
    declaration,
    files: { read: async () => undefined },
    binder: duckdbBinder({ session }),
    loadTranslator,
  });
}

/** Lets the pipeline read another table. */
export function withTable(graph: Graph, table: string): Graph {
  const datasets = graph.datasets.map((dataset) =>
    dataset.layer === 'bronze' ? { ...dataset, relation: { kind: 'table', table } as const } : dataset,
  );
  return { ...graph, datasets };
}
