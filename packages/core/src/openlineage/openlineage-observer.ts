import { findDataset, type Graph, type GraphDataset } from '../compile/graph.ts';
import type { TableState } from '../lake/commit.ts';
import type { RunRecord } from '../lake/run-record.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { StepOutcome } from '../messages/catalogue.ts';
import type { RunObserver } from '../run/run-observer.ts';
import type { Step } from '../steps/step.ts';
import { columnLineage, type Naming } from './column-lineage-facet.ts';
import { lakeName, type Places, sourceTable } from './dataset-names.ts';
import { type EventDataset, type Facets, facet, RUN_EVENT_SCHEMA, type RunEvent } from './event.ts';
import { lineageOutbox, type Outbox, type OutboxTools } from './outbox.ts';
import { uuidOf } from './run-id.ts';
import { checkFacets, datasetFacets, jobFacets, outputFacets } from './step-facets.ts';

/** What events are made with and where they go. */
export interface OpenLineageTools extends Omit<OutboxTools, 'tell' | 'waitMs'>, Omit<Places, 'store'> {
  /** Ours, for the events' `producer`. */
  readonly version: string;
  readonly tell: (run: string, why: string) => void;
}

interface Teller {
  readonly graph: Graph;
  readonly record: RunRecord;
  readonly outbox: Outbox;
  readonly producer: string;
  readonly namespace: string;
  readonly naming: Naming;
  readonly version: string;
  readonly now: () => string;
}

/** Tells a run as OpenLineage events: one job for the pipeline, one for each dataset, one for the checks of each. */
export function openLineageObserver(graph: Graph, tools: OpenLineageTools): RunObserver {
  let teller: Teller | undefined;
  const started = new Set<string>();
  return {
    runStarted: (record) => {
      teller = openTeller(graph, record, tools);
      tellRun(teller, 'START', record.startedAt);
    },
    stepStarted: (step) => {
      if (teller === undefined || started.has(step.id)) return;
      started.add(step.id);
      tellStep(teller, 'START', step);
    },
    stepFinished: (step, { outcome, state }) => {
      if (teller === undefined) return;
      tellStep(teller, endOf(outcome), step, outcome, state);
      if (state !== undefined && state.checks.length > 0) tellChecks(teller, step, outcome, state);
    },
    runFinished: async (record) => {
      if (teller === undefined) return;
      const ends = { failed: 'FAIL', interrupted: 'ABORT' } as const;
      const end = record.status === 'failed' || record.status === 'interrupted' ? ends[record.status] : 'COMPLETE';
      tellRun(teller, end, record.finishedAt ?? teller.now());
      await teller.outbox.close();
    },
  };
}

function openTeller(graph: Graph, record: RunRecord, tools: OpenLineageTools): Teller {
  const waitMs = 2_000 * (graph.lineage?.openlineage.timeout ?? 5);
  return {
    graph,
    record,
    outbox: lineageOutbox(record.run, { ...tools, waitMs, tell: (why) => tools.tell(record.run, why) }),
    producer: `urn:snowmelt:${tools.version}`,
    namespace: graph.lineage?.openlineage.namespace ?? 'default',
    naming: { lake: (dataset) => lakeName(tools, dataset), source: (dataset) => sourceTable(graph, dataset, tools) },
    version: tools.version,
    now: () => tools.clock.now().toISOString(),
  };
}

function endOf({ status, error }: StepOutcome): 'COMPLETE' | 'FAIL' | 'ABORT' {
  if (status === 'done') return 'COMPLETE';
  return error?.code === 'run/interrupted' ? 'ABORT' : 'FAIL';
}

interface Told extends Pick<RunEvent, 'eventType' | 'eventTime' | 'inputs' | 'outputs'> {
  /** The last part of the job's name and of what its run's identifier is made of; empty: the pipeline itself. */
  readonly part: string;
  readonly jobFacets: Facets;
  readonly runFacets?: Facets;
}

function tell(teller: Teller, { part, jobFacets: job, runFacets = {}, ...event }: Told): void {
  teller.outbox.add(makeEvent(teller, { part, jobFacets: job, runFacets, ...event }));
}

async function makeEvent(teller: Teller, { part, jobFacets: job, runFacets, ...event }: Told): Promise<RunEvent> {
  const { graph, record, producer, namespace, version } = teller;
  const nominal = { nominalStartTime: `${record.day}T00:00:00.000Z` };
  const parent = { run: { runId: await uuidOf(record.run) }, job: { namespace, name: graph.pipeline } };
  return {
    ...event,
    producer,
    schemaURL: RUN_EVENT_SCHEMA,
    run: {
      runId: await uuidOf(part === '' ? record.run : `${record.run}/${part}`),
      facets: {
        nominalTime: facet(producer, 'NominalTimeRunFacet', nominal),
        processing_engine: facet(producer, 'ProcessingEngineRunFacet', { name: 'snowmelt', version }),
        ...(part === '' ? {} : { parent: facet(producer, 'ParentRunFacet', { ...parent, root: parent }) }),
        ...runFacets,
      },
    },
    job: { namespace, name: part === '' ? graph.pipeline : `${graph.pipeline}.${part}`, facets: job },
  };
}

function tellRun(teller: Teller, eventType: RunEvent['eventType'], eventTime: string): void {
  tell(teller, { part: '', eventType, eventTime, inputs: [], outputs: [], jobFacets: jobFacets(teller.producer, 'DAG') });
}

function tellStep(teller: Teller, eventType: RunEvent['eventType'], step: Step, outcome?: StepOutcome, state?: TableState): void {
  const { graph, producer } = teller;
  const dataset = findDataset(graph, step.dataset);
  if (dataset === undefined) return;
  const message = outcome?.error?.message;
  const failed =
    message === undefined ? {} : { errorMessage: facet(producer, 'ErrorMessageRunFacet', { message, programmingLanguage: 'SQL' }) };
  tell(teller, {
    part: step.dataset,
    eventType,
    eventTime: teller.now(),
    inputs: inputsOf(teller, dataset, step),
    outputs: [outputOf(teller, dataset, outcome, state)],
    jobFacets: jobFacets(producer, 'TASK', dataset),
    runFacets: failed,
  });
}

function inputsOf({ graph, naming, producer }: Teller, dataset: GraphDataset, step: Step): readonly EventDataset[] {
  if (dataset.layer === 'bronze') {
    const table = naming.source(dataset.name);
    if (table === undefined) return [];
    const columns = dataset.sourceColumns.map(({ source, type }) => ({ name: source, type }));
    return [{ ...table, facets: datasetFacets(producer, columns) }];
  }
  return dataset.inputs.map((input: DatasetName) => ({
    ...naming.lake(input),
    facets: datasetFacets(producer, findDataset(graph, input)?.columns ?? [], step.commit.inputs[input]),
  }));
}

function outputOf({ naming, producer }: Teller, dataset: GraphDataset, outcome?: StepOutcome, state?: TableState): EventDataset {
  const facets = {
    ...datasetFacets(producer, state?.columns ?? dataset.columns, state?.version),
    columnLineage: facet(producer, 'ColumnLineageDatasetFacet', columnLineage(dataset, naming)),
  };
  const name = naming.lake(dataset.name);
  if (outcome === undefined || state === undefined) return { ...name, facets };
  return { ...name, facets, outputFacets: outputFacets(producer, outcome, state) };
}

// OpenLineage knows assertions about what a job reads: the checks are a job of their own that reads what was written.
function tellChecks(teller: Teller, step: Step, outcome: StepOutcome, state: TableState): void {
  const checked: EventDataset = {
    ...teller.naming.lake(step.dataset),
    facets: datasetFacets(teller.producer, state.columns, state.version),
    inputFacets: checkFacets(teller.producer, outcome, state),
  };
  const part = `${step.dataset}.checks`;
  for (const eventType of ['START', 'COMPLETE'] as const)
    tell(teller, {
      part,
      eventType,
      eventTime: teller.now(),
      inputs: [checked],
      outputs: [],
      jobFacets: jobFacets(teller.producer, 'TEST'),
    });
}
