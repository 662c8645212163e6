/** A part of an event that says one kind of thing, with where its form is published. */
export type Facet = Readonly<Record<string, unknown>> & { readonly _producer: string; readonly _schemaURL: string };
export type Facets = Readonly<Record<string, Facet>>;

/** A dataset as an event speaks of it. */
export interface EventDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Facets;
  readonly inputFacets?: Facets;
  readonly outputFacets?: Facets;
}

/** What one run of one job did. OpenLineage 2-0-2. */
export interface RunEvent {
  readonly eventType: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs: readonly EventDataset[];
  readonly outputs: readonly EventDataset[];
}

const SPECIFICATION = 'https://openlineage.io/spec';

/** Where the form of an event is published. */
export const RUN_EVENT_SCHEMA = `${SPECIFICATION}/2-0-2/OpenLineage.json#/$defs/RunEvent`;

// The newest version of each that was published when this was written; events say which they follow.
const VERSIONS = {
  ColumnLineageDatasetFacet: '1-2-0',
  DataQualityAssertionsDatasetFacet: '1-1-0',
  DataQualityMetricsInputDatasetFacet: '1-0-3',
  DatasetVersionDatasetFacet: '1-0-1',
  DocumentationJobFacet: '1-1-0',
  ErrorMessageRunFacet: '1-0-1',
  JobTypeJobFacet: '2-0-4',
  NominalTimeRunFacet: '1-0-1',
  OutputStatisticsOutputDatasetFacet: '1-0-2',
  ParentRunFacet: '1-2-0',
  ProcessingEngineRunFacet: '1-1-1',
  SchemaDatasetFacet: '1-2-0',
  SQLJobFacet: '1-1-0',
} as const;

/** Makes a facet. */
export function facet(producer: string, name: keyof typeof VERSIONS, content: Readonly<Record<string, unknown>>): Facet {
  return { _producer: producer, _schemaURL: `${SPECIFICATION}/facets/${VERSIONS[name]}/${name}.json#/$defs/${name}`, ...content };
}
