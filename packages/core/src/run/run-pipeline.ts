import { type Graph, upstreamOf } from '../compile/graph.ts';
import { throwAll } from '../errors/snowmelt-error.ts';
import { emptyState } from '../lake/commit.ts';
import type { LakeState } from '../lake/published.ts';
import { readLake } from '../lake/read-lake.ts';
import { finishRunRecord, type RunRecord, startRunRecord } from '../lake/run-record.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { StepOutcome } from '../messages/catalogue.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { describeChange, describeEvolution } from '../plan/evolution.ts';
import { readPast } from '../plan/read-past.ts';
import { evolutionErrors } from '../plan/refuse-evolution.ts';
import type { Plan, Step } from '../steps/step.ts';
import { executeStep, type StepContext } from './execute-step.ts';
import { inParallel } from './in-parallel.ts';
import { repairCatalog } from './register.ts';
import type { RunPorts, RunSettings } from './run-ports.ts';
import { scopeOf } from './run-scope.ts';
import { emptyOutcome } from './step-outcome.ts';

// A table that keeps being taken from under us is not worth more attempts in one run.
const MAX_CONFLICTS = 5;

interface Progress {
  readonly lake: Map<DatasetName, LakeState extends ReadonlyMap<DatasetName, infer State> ? State : never>;
  /** Datasets that this run has dealt with. */
  readonly settled: Set<DatasetName>;
  readonly failed: Set<DatasetName>;
  readonly conflicts: Map<DatasetName, number>;
  readonly outcomes: StepOutcome[];
}

/**
 * Brings the lake up to date for one logical date: plans, executes what can run, and plans again with what that wrote,
 * until nothing is left. Every step commits on its own, so a run that is stopped anywhere is simply continued by the next.
 * @throws evolution/*, run/input-not-ready before anything is done
 */
export async function runPipeline(graph: Graph, day: LogicalDate, ports: RunPorts, settings: RunSettings): Promise<RunRecord> {
  const run = ports.clock.newId();
  const startedAt = ports.clock.now();
  const record: RunRecord = {
    format: 1,
    run,
    pipeline: graph.pipeline,
    day,
    status: 'running',
    startedAt: startedAt.toISOString(),
    steps: [],
    ...scopeOf(settings),
  };
  const lake = await readLake(
    ports.store,
    graph.datasets.map(({ name }) => name),
  );
  // What cannot be built as it is asked for is refused before anything is touched.
  throwAll([...evolutionErrors(graph, lake, settings.only)]);
  if (settings.only !== undefined) buildPlan(graph, lake, { ...settings, day });
  ports.host.notify({ code: 'run/started', run, day, pipeline: graph.pipeline });
  for (const { dataset, version, changes, history } of describeEvolution(graph, lake, settings.only)) {
    ports.host.notify({ code: 'table/evolves', run, dataset, version, changes: changes.map(describeChange), history });
  }
  await repairCatalogs(lake, ports, run);
  const progress: Progress = { lake: new Map(lake), settled: new Set(), failed: new Set(), conflicts: new Map(), outcomes: [] };
  const context: StepContext = { run, ports, settings, attempts: { value: 0 } };
  const isRecorded = await runWaves(graph, day, progress, context, record);
  const status = statusOf(progress, settings);
  const finishedAt = ports.clock.now();
  const final: RunRecord = { ...record, status, finishedAt: finishedAt.toISOString(), steps: progress.outcomes };
  if (isRecorded || status !== 'nothing-to-do') await finishRunRecord(ports.store, final);
  await ports.observer?.runFinished(final);
  ports.host.notify({ code: 'run/finished', run, status, durationMs: finishedAt.getTime() - startedAt.getTime() });
  return final;
}

// True if there was something to do, so that the run has a record.
async function runWaves(graph: Graph, day: LogicalDate, progress: Progress, context: StepContext, record: RunRecord): Promise<boolean> {
  let wave = 1;
  for (; !context.settings.signal.aborted; wave++) {
    const past = await readPast(graph, progress.lake, context.ports.store);
    const plan = buildPlan(graph, progress.lake, { ...context.settings, day, settled: progress.settled, past });
    const steps = plan.steps.filter((step) => !skipBehindFailure(graph, step, progress, context));
    if (wave === 1 && context.settings.refetch === true) tellKept(graph, plan, context);
    if (steps.length === 0 && plan.steps.length === 0) break;
    if (wave === 1) {
      await startRunRecord(context.ports.store, record);
      context.ports.observer?.runStarted(record);
    }
    context.ports.host.notify({ code: 'run/planned', run: context.run, wave, steps: steps.length, pending: plan.pending.length });
    await inParallel(steps, context.settings.concurrency, (step) => runStep(graph, step, progress, context));
  }
  return wave > 1;
}

function tellKept(graph: Graph, plan: Plan, { ports, run, settings }: StepContext): void {
  const planned = new Set(plan.steps.map(({ dataset }) => dataset));
  for (const { layer, name } of graph.datasets) {
    if (layer === 'bronze' && !planned.has(name) && settings.only?.has(name) !== false)
      ports.host.notify({ code: 'extract/kept', run, dataset: name, day: plan.day });
  }
}

async function runStep(graph: Graph, step: Step, progress: Progress, context: StepContext): Promise<void> {
  if (context.settings.signal.aborted) return;
  const before = progress.lake.get(step.dataset) ?? emptyState(step.dataset);
  context.ports.observer?.stepStarted(step);
  const { outcome, state } = await executeStep(step, before, context);
  if (outcome.error?.code === 'lake/commit-conflict' && countConflict(progress, step.dataset) < MAX_CONFLICTS) {
    // Another run was first: look at what it did, to this table and to those that it is made from, and plan again.
    await lookAgain(graph, progress, context);
    return;
  }
  progress.settled.add(step.dataset);
  progress.outcomes.push(outcome);
  if (state === undefined) progress.failed.add(step.dataset);
  else progress.lake.set(step.dataset, state);
  context.ports.observer?.stepFinished(step, { outcome, state });
  context.ports.host.notify({ code: 'step/finished', run: context.run, outcome });
}

// Steps that run meanwhile may put a newer state in than the one that was read here.
async function lookAgain(graph: Graph, progress: Progress, { ports }: StepContext): Promise<void> {
  const names = graph.datasets.map(({ name }) => name);
  for (const [name, state] of await readLake(ports.store, names)) {
    if (state.version > (progress.lake.get(name)?.version ?? 0)) progress.lake.set(name, state);
  }
}

// What reads a dataset that failed would be built from the day before: it waits for the next run instead.
function skipBehindFailure(graph: Graph, step: Step, progress: Progress, context: StepContext): boolean {
  // Upstream, not only its inputs: an input that could not even be planned is not marked as failed.
  const upstream = upstreamOf(graph, step.dataset);
  const failed = graph.datasets.map(({ name }) => name).filter((name) => upstream.has(name) && progress.failed.has(name));
  if (failed.length === 0) return false;
  progress.failed.add(step.dataset);
  progress.settled.add(step.dataset);
  const reason = `an input failed: ${failed.join(', ')}`;
  const outcome = emptyOutcome(step, { status: 'skipped', reason, durationMs: 0, attempts: 0 });
  progress.outcomes.push(outcome);
  context.ports.host.notify({ code: 'step/finished', run: context.run, outcome });
  return true;
}

function countConflict(progress: Progress, dataset: DatasetName): number {
  const count = (progress.conflicts.get(dataset) ?? 0) + 1;
  progress.conflicts.set(dataset, count);
  return count;
}

async function repairCatalogs(lake: LakeState, ports: RunPorts, run: string): Promise<void> {
  for (const [dataset, state] of lake) {
    if (await repairCatalog(ports.catalog, state)) ports.host.notify({ code: 'catalog/repaired', run, dataset });
  }
}

function statusOf(progress: Progress, settings: RunSettings): Exclude<RunRecord['status'], 'running'> {
  if (settings.signal.aborted) return 'interrupted';
  if (progress.failed.size > 0) return 'failed';
  return progress.outcomes.length === 0 ? 'nothing-to-do' : 'done';
}
