import type {
  BuildOutput,
  BuildReport,
  BuildRequest,
  Column,
  LogicalDate,
  ObjectKey,
  ObjectStore,
  RenderedSql,
  SqlEngine,
} from '@snowmelt/core/ports';
import { datasetName, logicalDate, sqlText } from '@snowmelt/core/ports';

/** An engine to test, and a store of local files that it reads and writes. */
export interface EngineUnderTest {
  readonly engine: SqlEngine;
  readonly store: ObjectStore;
  readonly dispose?: () => Promise<void>;
}

export const dataset = datasetName('silver', 'sales');
export const bronze = datasetName('bronze', 'sales');
export const attempt = 'attempt1';
export const prefix = 'silver/year={year}/month={month}/day={day}/sales/{attempt}';
export const day = (text: string): LogicalDate => logicalDate(text);
export const ids: readonly Column[] = [{ name: 'id', type: { kind: 'bigint' } }];
export const sales: readonly Column[] = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'sku', type: { kind: 'varchar' } },
  { name: 'price', type: { kind: 'decimal', precision: 12, scale: 2 } },
  { name: 'sold_on', type: { kind: 'date' } },
];
export const both = (sql: string): RenderedSql => ({ duckdb: sqlText(sql), spark: sqlText(sql) });

/** A build that reads `input` and writes the table `result`. */
export function buildOf(request: Partial<BuildRequest> & Pick<BuildRequest, 'stages'>): BuildRequest {
  return { dataset, outputs: [], checks: [], ...request };
}

/** Writes `result` as one day of silver.sales, unless changed. */
export function output(changes: Partial<BuildOutput> = {}): BuildOutput {
  const partition = { kind: 'day', day: day('2024-01-15') } as const;
  return { part: 'rows', from: 'result', columns: sales, sortBy: ['id'], partition, prefix, ...changes };
}

/** What the tests of an engine share. */
export interface Tools {
  readonly subject: () => EngineUnderTest;
  readonly build: (request: BuildRequest, judge?: (report: BuildReport) => void) => Promise<BuildReport>;
  readonly input: (key: string, rows: readonly (readonly string[])[], columns?: readonly Column[]) => Promise<ObjectKey>;
}

export const inputStage = (files: readonly ObjectKey[], columns = sales) =>
  ({ kind: 'input', input: { relation: 'bronze__sales', dataset: bronze, columns, files } }) as const;
export const resultStage = (sql: string, kind: 'table' | 'view' = 'table') => ({ kind, name: 'result', sql: both(sql) }) as const;
export const filesOf = (report: BuildReport) => report.outputs.flatMap((part) => part.partitions.flatMap((partition) => partition.files));
