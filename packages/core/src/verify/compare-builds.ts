import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { DayFigures } from '../ports/measure.ts';
import type { DatedFile, RowComparer, RowsDifference } from '../ports/row-comparer.ts';
import type { BuildOutput, BuildReport } from '../ports/sql-engine.ts';
import type { BuildStep } from '../steps/step.ts';
import { compareRows } from '../unit-test/compare-rows.ts';
import type { EngineOutcome } from './build-both.ts';

/**
 * How far doubles may be apart. Engines add them up in different orders, and each addition rounds; everything else, decimals
 * included, is compared exactly.
 */
export const TOLERANCE = 1e-9;

/** Rows of each side that a difference carries at most. */
const SHOWN = 20;

/** What two builds of one step differ in. */
export interface BuildDifference {
  readonly part: 'failure' | 'rows' | 'refused' | 'checks' | 'measures' | 'accounts';
  /** Columns of rows; or the names of checks and measures. */
  readonly columns: readonly string[];
  /** In words, without a value of a row. */
  readonly detail: string;
  /** Rows that only the first and only the second engine has, some of them. */
  readonly rows: readonly [readonly FixtureRow[], readonly FixtureRow[]];
}

/** Compares what two engines made of one step: none where they agree. Two failures of the same kind agree. */
export async function compareBuilds(
  step: BuildStep,
  [first, second]: readonly [EngineOutcome, EngineOutcome],
  comparer: RowComparer,
  signal: AbortSignal,
): Promise<readonly BuildDifference[]> {
  if (first.kind === 'failed' || second.kind === 'failed') return compareFailures(first, second);
  const [a, b] = [first.report, second.report];
  return [
    ...(await comparePart(step, 'rows', [a, b], comparer, signal)),
    ...(await comparePart(step, 'quarantine', [a, b], comparer, signal)),
    ...compareNamed('checks', 'the number of violations', checkTexts(first), checkTexts(second)),
    ...compareNamed('measures', 'what was measured', figureTexts(a.measured ?? []), figureTexts(b.measured ?? [])),
    ...compareNamed('accounts', 'what went in', accountTexts(a), accountTexts(b)),
  ];
}

function compareFailures(first: EngineOutcome, second: EngineOutcome): readonly BuildDifference[] {
  const [a, b] = [first, second].map((outcome) => (outcome.kind === 'failed' ? outcome.error : undefined));
  if (a?.code === b?.code) return [];
  const say = (error: typeof a): string => (error === undefined ? 'builds it' : `fails with ${error.code}: ${error.message}`);
  return [{ part: 'failure', columns: [], detail: `The first engine ${say(a)}; the second ${say(b)}`, rows: [[], []] }];
}

async function comparePart(
  step: BuildStep,
  part: 'rows' | 'quarantine',
  reports: readonly [BuildReport, BuildReport],
  comparer: RowComparer,
  signal: AbortSignal,
): Promise<readonly BuildDifference[]> {
  const output = step.request.outputs.find((one) => one.part === part);
  if (output === undefined) return [];
  const { columns } = output;
  const [left, right] = [filesOf(reports[0], part), filesOf(reports[1], part)];
  const found = await comparer.compare({ columns, left, right, tolerance: TOLERANCE, shown: SHOWN }, signal);
  const own = found.columns.length > 0 ? found.columns : movedColumns(output, found.examples);
  const named = [...new Set([...found.types.map(({ column }) => column), ...own])];
  const isEqual = named.length === 0 && found.lonely.left + found.lonely.right === 0;
  if (isEqual) return [];
  const types = found.types.map(({ column, left: a, right: b }) => `${column} is stored as ${a ?? 'nothing'} and as ${b ?? 'nothing'}`);
  const counts = `${found.rows.left} and ${found.rows.right} rows, of which ${found.lonely.left} and ${found.lonely.right} have no equal`;
  return [
    {
      part: part === 'rows' ? 'rows' : 'refused',
      columns: named,
      detail: [...types, counts].join('; '),
      rows: [found.examples.left, found.examples.right],
    },
  ];
}

// Where columns hold the same values in other rows: the cells that differ between rows of one key.
function movedColumns({ columns, sortBy }: BuildOutput, { left, right }: RowsDifference['examples']): readonly string[] {
  const key = sortBy.length < columns.length ? sortBy : [];
  const found = compareRows({ columns, key, expected: left, actual: right, ordered: false });
  return [...new Set(found.flatMap((one) => (one.kind === 'changed' ? one.cells.map(({ column }) => column) : [])))];
}

function filesOf(report: BuildReport, part: 'rows' | 'quarantine'): readonly DatedFile[] {
  const partitions = report.outputs.find((output) => output.part === part)?.partitions ?? [];
  return partitions.flatMap(({ day, files }) => files.map(({ key }) => ({ day, key })));
}

type Named = ReadonlyMap<string, string | number | null>;

function compareNamed(part: 'checks' | 'measures' | 'accounts', what: string, a: Named, b: Named): readonly BuildDifference[] {
  const names = [...new Set([...a.keys(), ...b.keys()])].filter((name) => !isSame(a.get(name) ?? null, b.get(name) ?? null));
  if (names.length === 0) return [];
  const columns = [...new Set(names.map((name) => name.split('\n')[0] ?? name))];
  return [{ part, columns, detail: `The engines differ in ${what}: ${columns.join(', ')}`, rows: [[], []] }];
}

function isSame(a: string | number | null, b: string | number | null): boolean {
  if (typeof a !== 'number' || typeof b !== 'number' || Object.is(a, b)) return a === b;
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}

function checkTexts({ report, checks }: Extract<EngineOutcome, { kind: 'built' }>): Named {
  const found = new Map<string, string | number | null>(Object.entries(report.violations));
  for (const { check, violations } of checks) found.set(check, violations);
  return found;
}

function figureTexts(measured: readonly DayFigures[]): Named {
  return new Map(
    measured.flatMap(({ day, figures }) => Object.entries(figures).map(([name, figure]) => [`${name}\n${day ?? ''}`, figure])),
  );
}

function accountTexts({ accounts }: BuildReport): Named {
  return new Map(
    accounts.map(({ day, rowsRead, rowsDeleted, batches }) => [
      `rows of days\n${day}`,
      `${rowsRead} ${rowsDeleted ?? 0} ${[...batches].sort().join()}`,
    ]),
  );
}
