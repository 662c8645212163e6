import type { BronzeColumn } from '../define/bronze-column.ts';
import { secondsIn } from '../define/duration.ts';
import type { BronzeDefinition, Pipeline } from '../define/pipeline-schema.ts';
import { csvFormat, fileKindOf } from '../define/sources.ts';
import { type BronzeDataset, type BronzeMode, changelogKey } from '../layers/bronze/bronze-dataset.ts';
import { datasetName } from '../layout/dataset-name.ts';
import { DELETED_COLUMN } from '../layout/deleted-column.ts';
import type { FileFormat, SourceColumn, SourceRelation } from '../ports/source.ts';
import { compileExpectations } from './compile-expectations.ts';
import { columnParts, definitionParts } from './definition-parts.ts';
import { evolutionOf } from './evolution-rules.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Compiles a bronze definition. Its types are the declared ones; the source is held to them when it is read. */
export async function compileBronze(table: string, definition: BronzeDefinition, source: Pipeline['source']): Promise<BronzeDataset> {
  const sourceColumns = Object.entries(definition.columns).flatMap(([name, column]) => compileColumn(name, column, source.kind));
  const relation = relationOf(definition, source.kind);
  const mode = modeOf(definition);
  const transport = transportOf(definition, source);
  const declared = sourceColumns.map(({ name, type }) => ({ name, type }));
  const { checks, scans, expectations } = compileExpectations(definition, declared, mode);
  const key = changelogKey({ mode, key: definition.key });
  return {
    layer: 'bronze',
    name: datasetName('bronze', table),
    description: definition.description,
    columns: key === undefined ? declared : [...declared, DELETED_COLUMN],
    inputs: [],
    fingerprint: await fingerprintOf({ relation, sourceColumns, kind: mode.kind, watermark: definition.watermark, key }),
    definition: await definitionParts({
      'what it reads': relation,
      mode: mode.kind,
      watermark: definition.watermark,
      key,
      ...columnParts(Object.fromEntries(sourceColumns.map((column) => [column.name, column]))),
    }),
    lineage: {},
    ...evolutionOf(definition),
    checks,
    checkScans: scans,
    file: undefined,
    relation,
    sourceColumns,
    key: definition.key,
    mode,
    ...(transport === undefined ? {} : { transport }),
    ...(definition.slices === undefined ? {} : { slices: definition.slices }),
    drift: { policy: definition.drift, needed: neededColumns(definition) },
    ...(definition.quarantine === undefined ? {} : { quarantineMaxPercent: definition.quarantine.maxPercent }),
    ...personalOf(definition),
    ...(expectations.length === 0 ? {} : { expectations }),
    ...(definition.reconcile === 'off' ? {} : { reconcile: definition.reconcile }),
  };
}

function personalOf({ columns }: BronzeDefinition): Pick<BronzeDataset, 'personal'> {
  const personal = Object.keys(columns).filter((name) => columns[name]?.personal === true);
  return personal.length === 0 ? {} : { personal };
}

function neededColumns({ columns, key = [], watermark }: BronzeDefinition): readonly string[] {
  return Object.keys(columns).filter((name) => columns[name]?.required === true || key.includes(name) || name === watermark);
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

function transportOf({ transport }: BronzeDefinition, source: Pipeline['source']): BronzeDataset['transport'] {
  if (source.kind !== 'snowflake') return undefined;
  // Without a stage there is nothing to choose from.
  return transport === 'auto' && source.stage === undefined ? 'raw' : transport;
}

function compileColumn(
  name: string,
  { type, source, nanoseconds, offset }: BronzeColumn,
  kind: Pipeline['source']['kind'],
): readonly SourceColumn[] {
  const column: SourceColumn = {
    name,
    type: nanoseconds === 'epoch' ? { kind: 'bigint' } : type,
    // Snowflake stores names that were written without quotes in upper case.
    source: source ?? (kind === 'snowflake' ? name.toUpperCase() : name),
    ...(nanoseconds === undefined || nanoseconds === 'refuse' ? {} : { nanoseconds }),
    ...(offset === undefined ? {} : { offset }),
  };
  if (offset !== 'keep') return [column];
  return [column, { name: `${name}_offset_minutes`, type: { kind: 'bigint' }, source: column.source, part: 'offset' }];
}

function modeOf(definition: BronzeDefinition): BronzeMode {
  const { mode: kind, watermark, nullWatermark: nulls = 'fail', onGap = 'reextract' } = definition;
  const lagSeconds = secondsIn(definition.lag);
  if (kind === 'changes') return { kind, lagSeconds, onGap };
  return kind === 'full' || watermark === undefined ? { kind: 'full' } : { kind, watermark, lagSeconds, nulls };
}
