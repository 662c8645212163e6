import type { GraphDataset } from '../compile/graph.ts';
import type { TableState } from '../lake/commit.ts';
import type { StepOutcome } from '../messages/catalogue.ts';
import type { Column } from '../sql/column-type.ts';
import { renderColumnType } from '../sql/column-type.ts';
import { type Facets, facet } from './event.ts';

/** What a job is, for people and catalogs: its SQL, its kind, its description. */
export function jobFacets(producer: string, jobType: string, dataset?: GraphDataset): Facets {
  const sql = dataset === undefined ? undefined : sqlOf(dataset);
  return {
    jobType: facet(producer, 'JobTypeJobFacet', { processingType: 'BATCH', integration: 'SNOWMELT', jobType }),
    ...(sql === undefined ? {} : { sql: facet(producer, 'SQLJobFacet', sql) }),
    ...(dataset?.description === undefined
      ? {}
      : { documentation: facet(producer, 'DocumentationJobFacet', { description: dataset.description }) }),
  };
}

/** The columns of a table, and its version where that is known. */
export function datasetFacets(producer: string, columns: readonly Column[], version?: number): Facets {
  const fields = columns.map(({ name, type }, index) => ({ name, type: renderColumnType(type, 'snowflake'), ordinal_position: index + 1 }));
  return {
    schema: facet(producer, 'SchemaDatasetFacet', { fields }),
    ...(version === undefined ? {} : { version: facet(producer, 'DatasetVersionDatasetFacet', { datasetVersion: String(version) }) }),
  };
}

/** How much a step wrote. */
export function outputFacets(producer: string, outcome: StepOutcome, state: TableState): Facets {
  const written = [...state.partitions.values()].filter(({ version }) => version === state.version);
  const fileCount = written.reduce((sum, { files }) => sum + files.length, 0);
  return {
    outputStatistics: facet(producer, 'OutputStatisticsOutputDatasetFacet', {
      rowCount: outcome.rowsWritten,
      size: outcome.bytes,
      fileCount,
    }),
  };
}

/** What the checks of a table found. No row's value is among it. */
export function checkFacets(producer: string, { rowsWritten, bytes }: StepOutcome, { checks }: TableState): Facets {
  const assertions = checks.map(({ check, severity, violations }) => {
    const [, column] = /^\w+\((\w+)\)/.exec(check) ?? [];
    return { assertion: check, success: violations === 0, severity, ...(column === undefined ? {} : { column }) };
  });
  return {
    dataQualityMetrics: facet(producer, 'DataQualityMetricsInputDatasetFacet', { rowCount: rowsWritten, bytes, columnMetrics: {} }),
    dataQualityAssertions: facet(producer, 'DataQualityAssertionsDatasetFacet', { assertions }),
  };
}

function sqlOf(dataset: GraphDataset): Readonly<Record<string, unknown>> | undefined {
  if (dataset.layer === 'gold') return { query: dataset.sql.duckdb, dialect: 'duckdb' };
  if (dataset.layer === 'bronze') return dataset.relation.kind === 'query' ? { query: dataset.relation.sql } : undefined;
  if (dataset.origin.kind === 'model') return { query: dataset.origin.sql.duckdb, dialect: 'duckdb' };
  return dataset.cleaning === undefined ? undefined : { query: dataset.cleaning.classify.duckdb, dialect: 'duckdb' };
}
