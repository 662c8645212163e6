import type { PipelineDeclaration } from '@snowmelt/core/compile';
import { type Graph, type PartitionEntry, publishedFiles, readTable, refusedShapeOf, shapeOf } from '@snowmelt/core/pipeline';
import type { ObjectStore } from '@snowmelt/core/ports';
import type { DuckdbSession } from '@snowmelt/local';

/** A silver table as it is published. Rows are texts, in their order. */
export interface SilverTable {
  readonly name: string;
  readonly rows: readonly string[];
  readonly refused: readonly string[];
  readonly partitions: readonly PartitionEntry[];
}

/** Declares silver of both kinds over each bronze dataset: some rows are refused, some merged, and the key is not the source's. */
export function silverOf(...sources: readonly string[]): NonNullable<PipelineDeclaration['silver']> {
  const columns = {
    pair: { type: 'NUMBER(10,0)', expr: 'round(id::float / 2)::number(10,0)' },
    id: { type: 'NUMBER(10,0)' },
    value: { type: 'NUMBER(12,0)', range: { max: 12 } },
    changed_at: { type: 'TIMESTAMP_NTZ' },
  } as const;
  const merge = { key: ['pair'], version: 'value', columns };
  return Object.fromEntries(
    sources.flatMap((from) => {
      const name = from.replace('bronze.', '');
      return [
        [`${name}_event`, { kind: 'event', eventTime: 'changed_at', from, ...merge }],
        [`${name}_snapshot`, { kind: 'snapshot', from, ...merge }],
      ] as const;
    }),
  );
}

/** Reads the published silver tables of a lake. */
export async function readSilver(graph: Graph, lake: ObjectStore, session: DuckdbSession): Promise<readonly SilverTable[]> {
  const connection = await session.connect();
  const textsOf = async (keys: readonly { readonly key: Parameters<ObjectStore['locate']>[0] }[]): Promise<readonly string[]> => {
    if (keys.length === 0) return [];
    const paths = keys.map(({ key }) => `'${lake.locate(key)}'`).join(', ');
    const reader = await connection.runAndReadAll(
      `SELECT COLUMNS(c -> c NOT IN ('_dataset', '_batch', '_run')) FROM read_parquet([${paths}], hive_partitioning = false)`,
    );
    return reader
      .getRowsJson()
      .map((cells) => cells.join('|'))
      .sort();
  };
  try {
    const tables: SilverTable[] = [];
    for (const dataset of graph.datasets.filter(({ layer }) => layer === 'silver')) {
      const state = await readTable(lake, dataset.name);
      const rows = await textsOf(publishedFiles(state, shapeOf(dataset), 'rows'));
      const refused = await textsOf(publishedFiles(state, refusedShapeOf(dataset), 'refused'));
      tables.push({ name: dataset.name, rows, refused, partitions: [...state.partitions.values()] });
    }
    return tables;
  } finally {
    connection.closeSync();
  }
}
