import type { Graph, GraphDataset } from '../compile/graph.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { BuildReport } from '../ports/sql-engine.ts';
import { isFailed } from '../quality/judge.ts';
import type { BuildStep } from '../steps/step.ts';
import { planUnitTest } from '../unit-test/plan-unit-test.ts';
import { writeGiven } from '../unit-test/write-given.ts';
import { buildBoth, buildOn, type EngineOutcome, type VerifyBench } from './build-both.ts';
import { type BuildDifference, compareBuilds } from './compare-builds.ts';
import { type Evidence, NO_EVIDENCE } from './finding.ts';
import type { Given } from './generate-given.ts';

/** What both engines made of given rows. */
export interface Tried {
  readonly step: BuildStep;
  readonly outcomes: readonly [EngineOutcome, EngineOutcome];
  readonly differences: readonly BuildDifference[];
}

/** Builds one dataset from given rows, as `snowmelt test` does. */
export interface Trial {
  readonly day: LogicalDate;
  /** On both engines; undefined where nothing can be built of such rows. */
  both(given: Given): Promise<Tried | undefined>;
  /** On the first engine alone. */
  first(given: Given): Promise<EngineOutcome | undefined>;
  /** The rows that a build refused. */
  refused(outcome: EngineOutcome): Promise<readonly FixtureRow[]>;
}

/** Opens trials of a dataset. `next` numbers the trials of a bench. */
export function openTrial(graph: Graph, dataset: GraphDataset, day: LogicalDate, bench: VerifyBench, next: () => number): Trial {
  const plan = async (given: Given): Promise<{ readonly step: BuildStep; readonly attempt: string } | undefined> => {
    const nth = next();
    const expect = { rows: undefined, refused: [], ordered: false, checks: undefined };
    const test = { name: 'verify', at: { file: '' }, dataset: dataset.name, date: day, given, expect };
    try {
      const { files } = await writeGiven(graph, test, bench.fixtures, nth);
      return { step: planUnitTest(graph, dataset, files, day), attempt: `${day}-verify${nth}` };
    } catch (error) {
      // Nothing can be made of these rows, e.g. of none at all.
      if (isSnowmeltError(error) && error.code === 'test/invalid') return undefined;
      throw error;
    }
  };
  return {
    day,
    both: async (given) => {
      const planned = await plan(given);
      if (planned === undefined) return undefined;
      const outcomes = await buildBoth(bench, planned.step, planned.attempt);
      return { step: planned.step, outcomes, differences: await compareBuilds(planned.step, outcomes, bench.comparer, bench.signal) };
    },
    first: async (given) => {
      const planned = await plan(given);
      return planned === undefined ? undefined : await buildOn(bench.engines[0], planned.step, `${planned.attempt}-alone`, bench.signal);
    },
    refused: async (outcome) => {
      if (outcome.kind === 'failed') return [];
      const files = partitionsOf(outcome.report, 'quarantine').flatMap((partition) => partition.files.map(({ key }) => key));
      const columns = refusedColumns(dataset);
      return files.length === 0 ? [] : await bench.fixtures.read(files, columns);
    },
  };
}

function refusedColumns(dataset: GraphDataset): GraphDataset['columns'] {
  if (dataset.layer !== 'silver') return [];
  return [...dataset.origin.columns, { name: '_reasons', type: { kind: 'varchar' } }];
}

/** What a comparison of two builds that agree is worth. */
export function evidenceOf({ outcomes: [outcome] }: Tried, refused: readonly FixtureRow[], rowsGiven: number): Evidence {
  if (outcome.kind === 'failed') return { ...NO_EVIDENCE, builds: 1, failedAlike: 1 };
  const count = (part: 'rows' | 'quarantine') => partitionsOf(outcome.report, part).reduce((sum, { rows }) => sum + rows, 0);
  return {
    ...NO_EVIDENCE,
    builds: 1,
    rowsGiven,
    rowsCompared: count('rows'),
    refusedCompared: count('quarantine'),
    rulesSeen: [...new Set(refused.flatMap((row) => (row['_reasons'] ?? '').split(', ')))].filter((reason) => reason !== '').sort(),
    checksBroken: outcome.checks.filter(isFailed).map(({ check }) => check),
  };
}

function partitionsOf(report: BuildReport, wanted: 'rows' | 'quarantine') {
  return report.outputs.flatMap(({ part, partitions }) => (part === wanted ? partitions : []));
}
