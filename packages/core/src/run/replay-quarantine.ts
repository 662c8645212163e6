import type { Graph, GraphDataset } from '../compile/graph.ts';
import { emptyState, type TableState } from '../lake/commit.ts';
import type { LakeState } from '../lake/published.ts';
import { readLake } from '../lake/read-lake.ts';
import { finishRunRecord, type RunRecord, startRunRecord } from '../lake/run-record.ts';
import { dayOf, type LogicalDate } from '../layout/logical-date.ts';
import type { StepOutcome } from '../messages/catalogue.ts';
import { planReplay, planStale } from '../plan/plan-replay.ts';
import { type DayRange, refusedPartitions } from '../quarantine/refused-partitions.ts';
import type { Step } from '../steps/step.ts';
import { executeStep, type StepContext } from './execute-step.ts';
import type { RunPorts, RunSettings } from './run-ports.ts';

/** What a replay did. `before` and `after`: the table's states; `outcomes`: none if nothing had to be done. */
export interface Replay {
  readonly before: TableState;
  readonly after: TableState;
  /** The partitions that had refused rows within the range. */
  readonly days: readonly LogicalDate[];
  readonly outcomes: readonly StepOutcome[];
}

/**
 * Judges refused rows again under the present rules, with everything that is in the lake by now. What the ledger knows to be stale,
 * because the rules changed, is built as a run would build it; then partitions with refused rows that it holds for current are, too.
 * Nothing is extracted, unless the declaration of the extract itself changed. The checks and the budget hold as in any run.
 */
export async function replayQuarantine(
  graph: Graph,
  dataset: GraphDataset,
  range: DayRange,
  ports: RunPorts,
  settings: RunSettings,
): Promise<Replay> {
  const lake = new Map(
    await readLake(
      ports.store,
      graph.datasets.map(({ name }) => name),
    ),
  );
  const before = lake.get(dataset.name) ?? emptyState(dataset.name);
  const days = refusedPartitions(dataset, before, range).map(({ day }) => day);
  if (days.length === 0) return { before, after: before, days, outcomes: [] };
  const run = ports.clock.newId();
  const context: StepContext = { run, ports, settings, attempts: { value: 0 } };
  const day = replayDay(dataset, before, days, dayOf(ports.clock.now()));
  const outcomes = await withRecord(graph, day, context, () => replaySteps(graph, dataset, lake, { day, days }, context));
  return { before, after: lake.get(dataset.name) ?? before, days, outcomes };
}

interface Scope {
  readonly day: LogicalDate;
  readonly days: readonly LogicalDate[];
}

async function replaySteps(
  graph: Graph,
  dataset: GraphDataset,
  lake: Map<GraphDataset['name'], TableState>,
  scope: Scope,
  context: StepContext,
): Promise<readonly StepOutcome[]> {
  const execute = async (step: Step): Promise<StepOutcome> => {
    const { outcome, state } = await executeStep(step, lake.get(dataset.name) ?? emptyState(dataset.name), context);
    if (state !== undefined) lake.set(dataset.name, state);
    context.ports.host.notify({ code: 'step/finished', run: context.run, outcome });
    return outcome;
  };
  const stale = planStale(graph, lake, dataset, scope.day);
  const first = stale === undefined ? [] : [await execute(stale)];
  if (first.some(({ status }) => status !== 'done') || (stale !== undefined && makesAll(stale, dataset))) return first;
  const left = scope.days.filter((day) => (lake.get(dataset.name)?.partitions.get(day)?.refused.rows ?? 0) > 0);
  const replay = planReplay(graph, lake as LakeState, dataset, { day: scope.day, days: left });
  return replay === undefined ? first : [...first, await execute(replay)];
}

function makesAll(step: Step, dataset: GraphDataset): boolean {
  return step.commit.replaceAll || (dataset.layer === 'silver' && dataset.partitioning.kind === 'snapshot');
}

// Only the latest snapshot is made again: those before it are records of what was known then.
function replayDay(dataset: GraphDataset, state: TableState, days: readonly LogicalDate[], today: LogicalDate): LogicalDate {
  const isSnapshot = dataset.layer === 'silver' && dataset.partitioning.kind === 'snapshot';
  return (isSnapshot ? [...state.partitions.keys()].at(-1) : days.at(-1)) ?? today;
}

async function withRecord(
  graph: Graph,
  day: LogicalDate,
  { run, ports }: StepContext,
  act: () => Promise<readonly StepOutcome[]>,
): Promise<readonly StepOutcome[]> {
  const startedAt = ports.clock.now().toISOString();
  const record: RunRecord = { format: 1, run, pipeline: graph.pipeline, day, status: 'running', startedAt, steps: [] };
  await startRunRecord(ports.store, record);
  const steps = await act();
  const failed = steps.some(({ status }) => status !== 'done');
  const status = failed ? 'failed' : steps.length === 0 ? 'nothing-to-do' : 'done';
  await finishRunRecord(ports.store, { ...record, status, finishedAt: ports.clock.now().toISOString(), steps });
  return steps;
}
