import { findDataset, type Graph, type GraphDataset, shapeOf } from '../compile/graph.ts';
import type { TableState } from '../lake/commit.ts';
import { type LakeState, publishedDays } from '../lake/published.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import { buildPlan } from '../plan/build-plan.ts';
import type { BuildStep } from '../steps/step.ts';
import { buildBoth, type VerifyBench } from './build-both.ts';
import { type BuildDifference, compareBuilds } from './compare-builds.ts';
import { findRealRows } from './find-real-rows.ts';
import { addEvidence, type Evidence, type Finding, NO_EVIDENCE } from './finding.ts';
import { type Random, seededRandom } from './random.ts';
import { plainFinding, shrinkFinding } from './shrink-finding.ts';
import { evidenceOf, openTrial } from './trial.ts';
import type { Verified } from './verify-generated.ts';

/** How much of a lake to build. */
export interface RealSettings {
  readonly seed: number;
  /** Days of event tables; absent: all. */
  readonly sample?: number;
  /** As of how many of its days a snapshot is built. */
  readonly snapshots: number;
  readonly tries: number;
}

/**
 * Builds a dataset from what its published inputs hold on both engines, by the planner and with the SQL of a full refresh. Nothing
 * of the lake changes: the bench keeps what is written to itself.
 */
export async function verifyReal(
  graph: Graph,
  dataset: GraphDataset,
  lake: LakeState,
  settings: RealSettings,
  bench: VerifyBench,
  next: () => number,
): Promise<Verified> {
  const random = seededRandom(settings.seed, `${dataset.name} real`);
  const sampled = settings.sample === undefined ? lake : sampleLake(graph, lake, settings.sample, settings.seed);
  let evidence = NO_EVIDENCE;
  for (const day of daysToBuild(dataset, lake, settings, random)) {
    const step = planAlone(graph, dataset, sampled, day);
    if (step === undefined) continue;
    const outcomes = await buildBoth(bench, step, `${day}-verify${next()}`);
    const differences = await compareBuilds(step, outcomes, bench.comparer, bench.signal);
    evidence = addEvidence(evidence, evidenceOfReal(step, outcomes));
    const [first] = differences;
    if (first === undefined) continue;
    return { evidence, findings: [await explain(graph, dataset, { step, first }, settings, bench, next)] };
  }
  return { evidence, findings: [] };
}

function evidenceOfReal(step: BuildStep, outcomes: Awaited<ReturnType<typeof buildBoth>>): Evidence {
  const found = evidenceOf({ step, outcomes, differences: [] }, [], 0);
  const [outcome] = outcomes;
  if (outcome.kind === 'failed') return found;
  const rows = outcome.report.outputs.find(({ part }) => part === 'rows');
  return { ...found, builds: rows?.partitions.length ?? 1 };
}

// Of an event table all days are one step; a snapshot is one of its day.
function daysToBuild(dataset: GraphDataset, lake: LakeState, { snapshots }: RealSettings, random: Random): readonly LogicalDate[] {
  const state = lake.get(dataset.name);
  const days = state === undefined ? [] : publishedDays(state, 'event');
  const last = days.at(-1);
  if (last === undefined) return [];
  return shapeOf(dataset) === 'snapshot' ? spread(days, snapshots, random) : [last];
}

// The last, the first, and others in between.
function spread<T>(items: readonly T[], count: number, random: Random): readonly T[] {
  if (items.length <= count) return items;
  const inner = items.slice(1, -1);
  const ends = count === 1 ? items.slice(-1) : [...items.slice(0, 1), ...random.some(inner, count - 2), ...items.slice(-1)];
  return ends;
}

function planAlone(graph: Graph, dataset: GraphDataset, lake: LakeState, day: LogicalDate): BuildStep | undefined {
  const settled = new Set<DatasetName>(graph.datasets.map(({ name }) => name).filter((name) => name !== dataset.name));
  const { steps } = buildPlan(graph, lake, { day, settled, fresh: new Set([dataset.name]) });
  const step = steps.find((one) => one.dataset === dataset.name);
  return step?.kind === 'build' ? step : undefined;
}

function sampleLake(graph: Graph, lake: LakeState, count: number, seed: number): LakeState {
  const events = graph.datasets.filter((dataset) => shapeOf(dataset) === 'event').map(({ name }) => name);
  const days = [...new Set(events.flatMap((name) => [...(lake.get(name)?.partitions.keys() ?? [])]))].sort();
  const chosen = new Set(spread(days, count, seededRandom(seed, 'sample')));
  const cut = (state: TableState): TableState => ({
    ...state,
    partitions: new Map([...state.partitions].filter(([day]) => chosen.has(day))),
  });
  return new Map([...lake].map(([name, state]) => [name, events.includes(name) ? cut(state) : state]));
}

// A few rows of the lake that show the difference are looked for among those that share a value with rows that differ.
async function explain(
  graph: Graph,
  dataset: GraphDataset,
  { step, first }: { readonly step: BuildStep; readonly first: BuildDifference },
  settings: RealSettings,
  bench: VerifyBench,
  next: () => number,
): Promise<Finding> {
  const inputs = dataset.inputs.flatMap((name) => findDataset(graph, name) ?? []);
  const given = await findRealRows(dataset, inputs, step, first, bench);
  const trial = openTrial(graph, dataset, step.day, bench, next);
  const tried = await trial.both(given);
  const same = tried?.differences.find(({ part }) => part === first.part);
  return same === undefined ? plainFinding(dataset, first, step.day) : await shrinkFinding(dataset, given, same, trial, settings.tries);
}
