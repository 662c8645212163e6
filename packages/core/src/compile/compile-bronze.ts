import type { BronzeDefinition, Pipeline } from '../define/pipeline-schema.ts';
import { csvFormat, fileKindOf } from '../define/sources.ts';
import type { BronzeDataset, BronzeMode } from '../layers/bronze/bronze-dataset.ts';
import { datasetName } from '../layout/dataset-name.ts';
import type { FileFormat, SourceColumn, SourceRelation } from '../ports/source.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Compiles a bronze definition. Its types are the declared ones; the source is held to them when it is read. */
export async function compileBronze(
  table: string,
  definition: BronzeDefinition,
  source: Pipeline['source']['kind'],
): Promise<BronzeDataset> {
  const sourceColumns: SourceColumn[] = Object.entries(definition.columns).map(([name, column]) => ({
    name,
    type: column.type,
    // Snowflake stores names that were written without quotes in upper case.
    source: column.source ?? (source === 'snowflake' ? name.toUpperCase() : name),
  }));
  const relation = relationOf(definition, source);
  const mode = modeOf(definition);
  return {
    layer: 'bronze',
    name: datasetName('bronze', table),
    description: definition.description,
    columns: sourceColumns.map(({ name, type }) => ({ name, type })),
    inputs: [],
    fingerprint: await fingerprintOf({ relation, sourceColumns, kind: mode.kind, watermark: definition.watermark }),
    lineage: {},
    checks: [],
    checkScans: [],
    file: undefined,
    relation,
    sourceColumns,
    key: definition.key,
    mode,
  };
}

function relationOf(definition: BronzeDefinition, source: Pipeline['source']['kind']): SourceRelation {
  const { table, query } = definition;
  if (table === undefined) return { kind: 'query', sql: query ?? '' };
  return source === 'files' ? { kind: 'table', table, format: formatOf(table, definition.format) } : { kind: 'table', table };
}

function formatOf(pattern: string, declared: BronzeDefinition['format']): FileFormat {
  const kind = fileKindOf(pattern) ?? 'csv';
  return kind === 'csv' ? { kind, ...(declared ?? csvFormat.parse({})) } : { kind };
}

function modeOf(definition: BronzeDefinition): BronzeMode {
  if (definition.mode === 'full' || definition.watermark === undefined) return { kind: 'full' };
  return { kind: 'window', watermark: definition.watermark, lagSeconds: secondsOf(definition.lag), nulls: definition.nullWatermark };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

function secondsOf(duration: string): number {
  const [amount = '0', unit = 'second'] = duration.split(' ');
  return Number(amount) * (UNIT_SECONDS[unit.replace(/s$/, '')] ?? 1);
}
