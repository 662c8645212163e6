import { findDataset, type Graph, type GraphDataset } from '../compile/graph.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError, toSnowmeltError } from '../errors/snowmelt-error.ts';
import { type CheckResult, emptyState } from '../lake/commit.ts';
import type { FixtureRow, FixtureTables } from '../ports/fixture-tables.ts';
import type { BuildReport, SqlEngine } from '../ports/sql-engine.ts';
import { isFailed } from '../quality/judge.ts';
import { judgeReport } from '../quality/judge-report.ts';
import { summariseVerdicts } from '../quality/summarise-verdicts.ts';
import type { Column } from '../sql/column-type.ts';
import type { BuildStep } from '../steps/step.ts';
import { compareRows, type RowDifference } from './compare-rows.ts';
import { needColumns } from './need-columns.ts';
import { planUnitTest } from './plan-unit-test.ts';
import { sortReasons } from './sort-reasons.ts';
import type { PartDifference, TestOutcome, UnitTest } from './unit-test.ts';
import { writeGiven } from './write-given.ts';

/** What unit tests run on: an engine over a store of their own. No source, no lake. */
export interface TestBench {
  readonly engine: SqlEngine;
  readonly fixtures: FixtureTables;
  readonly signal: AbortSignal;
}

/** What a dataset made of given rows. */
export interface TestResult {
  readonly rows: readonly FixtureRow[];
  readonly refused: readonly FixtureRow[];
  readonly brokenChecks: readonly string[];
  readonly columns: { readonly rows: readonly Column[]; readonly refused: readonly Column[] };
}

/** Runs one test. Never throws. `nth` tells the tests of one bench apart. */
export async function runUnitTest(graph: Graph, test: UnitTest, bench: TestBench, nth: number): Promise<TestOutcome> {
  try {
    const dataset = datasetOf(graph, test);
    const result = await buildGiven(graph, test, bench, nth);
    const parts = (await differencesOf(dataset, test, result, bench.fixtures)).filter(({ differences }) => differences.length > 0);
    const brokenChecks = test.expect.checks === undefined ? result.brokenChecks : [];
    return { test, status: parts.length === 0 ? 'passed' : 'failed', parts, brokenChecks };
  } catch (error) {
    const { code, message, hint, at, cause } = toSnowmeltError(error);
    const details = { message, at: { dataset: test.dataset, ...test.at, ...at }, cause, ...(hint === undefined ? {} : { hint }) };
    return { test, status: 'error', parts: [], brokenChecks: [], error: new SnowmeltError(code, details) };
  }
}

/** Builds a dataset from a test's given rows, as a run would. @throws test/invalid, build/* */
export async function buildGiven(graph: Graph, test: UnitTest, { engine, fixtures, signal }: TestBench, nth: number): Promise<TestResult> {
  const dataset = datasetOf(graph, test);
  const { day, files } = await writeGiven(graph, test, fixtures, nth);
  const step = planUnitTest(graph, dataset, files, day);
  let checks: readonly CheckResult[] = [];
  const report = await engine.build(step.request, { attempt: `${day}-test${nth}-out`, signal }, (found) => {
    checks = summariseVerdicts(judgeReport(step, emptyState(dataset.name), found, new Date(`${day}T12:00:00Z`)));
  });
  const broken = checks.filter(isFailed);
  const columns = { rows: columnsOf(step, 'rows'), refused: columnsOf(step, 'quarantine') };
  return {
    rows: await readPart(report, 'rows', columns.rows, fixtures),
    refused: (await readPart(report, 'quarantine', columns.refused, fixtures)).map(sortReasons),
    brokenChecks: broken.map(({ check }) => check),
    columns,
  };
}

function datasetOf(graph: Graph, { dataset: name, at }: UnitTest): GraphDataset {
  const dataset = findDataset(graph, name);
  if (dataset !== undefined && dataset.layer !== 'bronze') return dataset;
  const known = graph.datasets.filter(({ layer }) => layer !== 'bronze').map((one) => one.name);
  throw new SnowmeltError('test/invalid', {
    message: dataset === undefined ? `There is no dataset \`${name}\`.` : `${name} has no rules and no model that could be tested.`,
    hint: dataset === undefined ? suggest(name, known) : 'Test the silver dataset that is made from it.',
    at,
  });
}

function columnsOf(step: BuildStep, part: 'rows' | 'quarantine'): readonly Column[] {
  return step.request.outputs.find((output) => output.part === part)?.columns ?? [];
}

async function readPart(
  report: BuildReport,
  part: 'rows' | 'quarantine',
  columns: readonly Column[],
  fixtures: FixtureTables,
): Promise<readonly FixtureRow[]> {
  const written = report.outputs.find((output) => output.part === part)?.partitions ?? [];
  const files = written.flatMap((partition) => partition.files.map(({ key }) => key));
  return files.length === 0 ? [] : await fixtures.read(files, columns);
}

async function differencesOf(
  dataset: GraphDataset,
  { expect, at, dataset: name }: UnitTest,
  result: TestResult,
  fixtures: FixtureTables,
): Promise<readonly PartDifference[]> {
  const compare = async (part: 'rows' | 'refused', expected: readonly FixtureRow[]): Promise<readonly RowDifference[]> => {
    const columns = result.columns[part];
    needColumns(expected, columns, { ...at, dataset: name, field: `expect.${part}` });
    const key = part === 'rows' && dataset.layer !== 'bronze' ? (dataset.key ?? []) : [];
    const texts = await typed(columns, expected, fixtures);
    return compareRows({ columns, key, expected: texts, actual: result[part], ordered: part === 'rows' && expect.ordered });
  };
  return [
    { part: 'rows', differences: expect.rows === undefined ? [] : await compare('rows', expect.rows) },
    { part: 'refused', differences: await compare('refused', expect.refused) },
    { part: 'checks', differences: expect.checks === undefined ? [] : compareChecks(expect.checks, result.brokenChecks) },
  ];
}

// A row keeps only the columns that it names: the others are not compared.
async function typed(columns: readonly Column[], rows: readonly FixtureRow[], fixtures: FixtureTables): Promise<readonly FixtureRow[]> {
  const texts = await fixtures.normalise(columns, rows);
  return rows.map((row, i) => Object.fromEntries(Object.keys(row).map((name) => [name, texts[i]?.[name] ?? null])));
}

function compareChecks(expected: readonly string[], broken: readonly string[]): readonly RowDifference[] {
  return [
    ...expected.filter((check) => !broken.includes(check)).map((check) => ({ kind: 'missing', row: { check } }) as const),
    ...broken.filter((check) => !expected.includes(check)).map((check) => ({ kind: 'unexpected', row: { check } }) as const),
  ];
}
