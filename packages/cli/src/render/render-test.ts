import type { PartDifference, RowDifference, TestOutcome } from '@snowmelt/core/pipeline';
import type { FixtureRow } from '@snowmelt/core/ports';
import { formatCount } from '@snowmelt/core/ports';
import { paint } from './paint.ts';
import { renderError } from './report-error.ts';

/** How to print a test. */
export interface TestStyle {
  readonly hasColor: boolean;
  readonly folder: string;
}

/** One test for people: a line, and what differs. */
export function renderTest(outcome: TestOutcome, { hasColor, folder }: TestStyle): string {
  const color = paint(hasColor);
  const { test, status, parts, brokenChecks, error } = outcome;
  const place = test.at.line === undefined ? test.at.file : `${test.at.file}:${test.at.line}`;
  const mark = status === 'passed' ? color.green('✓') : color.red('✗');
  const lines = [`  ${mark} ${test.dataset}: ${test.name}${status === 'passed' ? '' : color.dim(`  ${place}`)}`];
  for (const part of parts) lines.push(...renderPart(part, color));
  if (status === 'failed' && brokenChecks.length > 0) lines.push(`      these rows break the checks ${brokenChecks.join(', ')}`);
  if (error !== undefined)
    lines.push(
      ...renderError(error, folder, hasColor)
        .trimEnd()
        .split('\n')
        .map((line) => `      ${line}`),
    );
  return `${lines.join('\n')}\n`;
}

/** The last line of a run of tests. */
export function renderTests(outcomes: readonly TestOutcome[], invalid: number, hasColor: boolean): string {
  const color = paint(hasColor);
  const count = (status: TestOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  if (outcomes.length === 0 && invalid === 0) return 'No tests. Write them to `tests/`, or record one: snowmelt test --record DATASET.\n';
  const bad = [
    ...(count('failed') === 0 ? [] : [color.red(`${count('failed')} failed`)]),
    ...(count('error') === 0 ? [] : [color.red(`${count('error')} could not run`)]),
    ...(invalid === 0 ? [] : [color.red(`${invalid} ${invalid === 1 ? 'file' : 'files'} could not be read`)]),
  ];
  return `\n${[...bad, `${formatCount(count('passed'))} passed`].join(', ')}.\n`;
}

/** One test as a line of JSON. */
export function testRecord({ test, status, parts, brokenChecks, error }: TestOutcome): Record<string, unknown> {
  const { name, dataset, at } = test;
  const failure = error === undefined ? {} : { error: { code: error.code, message: error.message, hint: error.hint, at: error.at } };
  return { code: 'test/finished', name, dataset, at, status, parts, brokenChecks, ...failure };
}

/** What differs, as lines without colour. */
export function differenceLines(parts: readonly PartDifference[]): readonly string[] {
  return parts.flatMap((part) => renderPart(part, paint(false)));
}

const TITLES: Readonly<Record<PartDifference['part'], string>> = { rows: 'rows', refused: 'refused rows', checks: 'broken checks' };

function renderPart({ part, differences }: PartDifference, color: ReturnType<typeof paint>): string[] {
  return [`      ${TITLES[part]}:`, ...differences.flatMap((difference) => renderDifference(difference, color))];
}

/** One difference between rows, as lines. */
export function renderDifference(difference: RowDifference, color: ReturnType<typeof paint>): string[] {
  switch (difference.kind) {
    case 'missing':
      return [color.red(`        - missing     ${rowText(difference.row)}`)];
    case 'unexpected':
      return [color.green(`        + unexpected  ${rowText(difference.row)}`)];
    case 'changed': {
      const cells = difference.cells.map(
        ({ column, expected, actual }) =>
          `            ${column}: expected ${color.red(valueText(expected))}, is ${color.green(valueText(actual))}`,
      );
      return [color.yellow(`        ~ changed     ${rowText(difference.row)}`), ...cells];
    }
    case 'misplaced': {
      const first = difference.expected.findIndex((row, i) => rowText(row) !== rowText(pick(difference.actual[i] ?? {}, row)));
      return [
        color.yellow(`        ~ another order, from row ${first + 1} on`),
        color.red(`            expected ${rowText(difference.expected[first] ?? {})}`),
        color.green(`            is       ${rowText(difference.actual[first] ?? {})}`),
      ];
    }
  }
}

function pick(row: FixtureRow, like: FixtureRow): FixtureRow {
  return Object.fromEntries(Object.keys(like).map((name) => [name, row[name] ?? null]));
}

/** A row as one line of names and values. */
export function rowText(row: FixtureRow): string {
  const cells = Object.entries(row);
  return cells.length === 0 ? '(any row)' : cells.map(([name, value]) => `${name}=${valueText(value)}`).join(' ');
}

// What could be taken for something else, or cannot be seen, stands in quotes.
function valueText(value: string | null): string {
  if (value === null) return 'NULL';
  return /^[^\s"'=,][^\p{Cc}"=]*[^\s"=]$|^[^\s"'=,]$/u.test(value) && value !== 'NULL' ? value : JSON.stringify(value);
}
