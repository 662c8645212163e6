import type { Graph } from '../compile/graph.ts';
import { assertNever } from '../errors/assert-never.ts';
import type { BronzeDataset } from '../layers/bronze/bronze-dataset.ts';

/** A table of the source, as others know it. `namespace`: the system that has it, as OpenLineage names such systems. */
export interface SourceName {
  readonly namespace: string;
  readonly name: string;
}

/** Names what a bronze dataset is read from; undefined for a query, whose tables only the source knows. */
export function sourceNameOf(source: Graph['source'], { relation }: BronzeDataset): SourceName | undefined {
  if (relation.kind === 'query') return undefined;
  const { table } = relation;
  switch (source.kind) {
    case 'snowflake':
      return { namespace: namespaceOf(source), name: qualified(table, [source.database, source.schema]) };
    case 'duckdb':
      return { namespace: namespaceOf(source), name: `${source.database}/${qualified(table, [source.schema])}` };
    case 'files':
      return { namespace: namespaceOf(source), name: `${source.folder.replace(/\/+$/, '')}/${table}` };
    default:
      return assertNever(source);
  }
}

// `snowflake://ORG-ACCOUNT`, or `file`.
function namespaceOf(source: Graph['source']): string {
  return source.kind === 'snowflake' ? `snowflake://${source.account}` : 'file';
}

// `ORDERS`, `RAW.ORDERS` and `SHOP.RAW.ORDERS` are one table. What is not quoted is upper case for Snowflake, and was
// declared in a spelling that Snowflake takes.
function qualified(table: string, defaults: readonly string[]): string {
  const parts = table.split('.');
  const missing = defaults.slice(0, Math.max(0, defaults.length + 1 - parts.length));
  return [...missing, ...parts].join('.');
}
