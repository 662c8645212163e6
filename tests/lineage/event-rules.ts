import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Schema, schemaValidator } from './json-schema.ts';

const BESIDE_THE_REPOSITORY = fileURLToPath(new URL('../../../shared/data/openlineage-spec', import.meta.url));

/** Every event is judged by what we have read in the specification, and by its published JSON Schemas where those are at hand. */
export interface EventRules {
  /** Problems of one event; none: it is as it should be. */
  judge(event: unknown): readonly string[];
  readonly hasPublished: boolean;
}

/**
 * Reads the rules. The published schemas (`OpenLineage.json` and `facets/*.json` of the specification, Apache-2.0) are not
 * part of this repository: `SNOWMELT_OPENLINEAGE_SPEC` names their folder, or they are in `../shared/data/openlineage-spec`.
 */
export function readEventRules(): EventRules {
  const { SNOWMELT_OPENLINEAGE_SPEC: folder = BESIDE_THE_REPOSITORY } = process.env;
  const hasPublished = existsSync(join(folder, 'OpenLineage.json'));
  const published = hasPublished ? publishedRules(folder) : () => [];
  return { hasPublished, judge: (event) => [...ownRules(event), ...published(event)] };
}

// What we have read in the specification, in our words: stricter than it is, because these are our own events.
const exactly = (needed: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema => ({
  type: 'object',
  properties: { ...needed, ...optional },
  required: Object.keys(needed),
  additionalProperties: false,
});
const listOf = (items: Schema, minItems = 0): Schema => ({ type: 'array', items, minItems });
const oneOf = (...values: readonly string[]): Schema => ({ enum: values });
const text: Schema = { type: 'string', pattern: '.' };
const count: Schema = { type: 'integer', minimum: 0 };
const uuid: Schema = { type: 'string', format: 'uuid' };
const time: Schema = { type: 'string', format: 'date-time' };
const flag: Schema = { type: 'boolean' };
const facet = (name: string, needed: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema =>
  exactly(
    {
      _producer: { type: 'string', pattern: '^urn:snowmelt:[0-9]' },
      _schemaURL: {
        type: 'string',
        pattern: `^https://openlineage\\.io/spec/facets/[0-9]+-[0-9]+-[0-9]+/${name}\\.json#/\\$defs/${name}$`,
      },
      ...needed,
    },
    optional,
  );

const job = { namespace: text, name: text };
const run = exactly({ runId: uuid });
const transformation = (type: string, masking: Schema, ...subtypes: readonly string[]): Schema =>
  exactly({ type: { const: type }, subtype: oneOf(...subtypes), description: { type: 'string' }, masking });
const inputField = exactly({
  namespace: text,
  name: text,
  field: text,
  transformations: listOf(
    {
      oneOf: [
        transformation('DIRECT', flag, 'IDENTITY', 'TRANSFORMATION', 'AGGREGATION'),
        transformation('INDIRECT', { const: false }, 'JOIN', 'GROUP_BY', 'FILTER', 'SORT', 'WINDOW', 'CONDITIONAL'),
      ],
    },
    1,
  ),
});
const schema = facet('SchemaDatasetFacet', { fields: listOf(exactly({ name: text, type: text, ordinal_position: count })) });
const version = facet('DatasetVersionDatasetFacet', { datasetVersion: text });
const assertion = exactly({ assertion: text, success: flag, severity: oneOf('error', 'warn') }, { column: text });

const RUN_FACETS = exactly(
  {
    nominalTime: facet('NominalTimeRunFacet', { nominalStartTime: time }),
    processing_engine: facet('ProcessingEngineRunFacet', { name: text, version: text }),
  },
  {
    parent: facet('ParentRunFacet', { run, job: exactly(job), root: exactly({ run, job: exactly(job) }) }),
    errorMessage: facet('ErrorMessageRunFacet', { message: text, programmingLanguage: text }),
  },
);
const JOB_FACETS = exactly(
  { jobType: facet('JobTypeJobFacet', { processingType: text, integration: text, jobType: text }) },
  { sql: facet('SQLJobFacet', { query: text }, { dialect: text }), documentation: facet('DocumentationJobFacet', { description: text }) },
);
const INPUT_FACETS = exactly({
  dataQualityMetrics: facet('DataQualityMetricsInputDatasetFacet', { rowCount: count, bytes: count, columnMetrics: exactly({}) }),
  dataQualityAssertions: facet('DataQualityAssertionsDatasetFacet', { assertions: listOf(assertion, 1) }),
});
const COLUMN_LINEAGE = facet(
  'ColumnLineageDatasetFacet',
  { fields: { type: 'object', additionalProperties: exactly({ inputFields: listOf(inputField) }) } },
  { dataset: listOf(inputField) },
);
const STATISTICS = facet('OutputStatisticsOutputDatasetFacet', { rowCount: count, size: count, fileCount: count });

const OWN: Schema = {
  $id: 'own',
  ...exactly({
    eventType: oneOf('START', 'COMPLETE', 'FAIL', 'ABORT'),
    eventTime: time,
    producer: text,
    schemaURL: { const: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent' },
    run: exactly({ runId: uuid, facets: RUN_FACETS }),
    job: exactly({ ...job, facets: JOB_FACETS }),
    inputs: listOf(exactly({ ...job, facets: exactly({ schema }, { version }) }, { inputFacets: INPUT_FACETS })),
    outputs: listOf(
      exactly(
        { ...job, facets: exactly({ schema, columnLineage: COLUMN_LINEAGE }, { version }) },
        { outputFacets: exactly({ outputStatistics: STATISTICS }) },
      ),
    ),
  }),
};

const ownSchema = schemaValidator([OWN]);

function ownRules(event: unknown): readonly string[] {
  return ownSchema('own', event);
}

function publishedRules(folder: string): (value: unknown) => readonly string[] {
  const read = (path: string): Schema => JSON.parse(readFileSync(join(folder, path), 'utf8')) as Schema;
  const facets = readdirSync(join(folder, 'facets')).filter((name) => name.endsWith('.json'));
  const validate = schemaValidator([read('OpenLineage.json'), ...facets.map((name) => read(join('facets', name)))]);
  return (value) => {
    const addressed = facetsIn(value).map((one) => validate(String(one['_schemaURL']), one));
    return [...validate('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent', value), ...addressed.flat()];
  };
}

// Every object that says where its form is published.
function facetsIn(value: unknown): readonly Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(facetsIn);
  return '_schemaURL' in value ? [value as Record<string, unknown>, ...inner] : inner;
}
