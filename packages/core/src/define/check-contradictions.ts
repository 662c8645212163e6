import type { CheckDefinition } from './pipeline-schema.ts';
import type { Report } from './report.ts';

interface Checked {
  readonly columns?: unknown;
  readonly checks: readonly CheckDefinition[];
  readonly quarantine?: { readonly maxPercent: number } | undefined;
}

const ROW_KINDS: readonly CheckDefinition['kind'][] = ['notNull', 'acceptedValues', 'range', 'pattern', 'sql'];

/** Finds checks that say nothing, say two things at once, or ask for what their kind cannot do. */
export function findCheckContradictions(path: readonly string[], dataset: Checked, report: Report): void {
  for (const [index, check] of dataset.checks.entries()) {
    const at = [...path, 'checks', String(index)];
    checkSeverity(at, check, report);
    checkBounds(at, check, report);
    if (check.kind === 'anomaly') checkAnomaly(at, check, report);
    if (check.kind === 'sql') checkSql(at, check, report);
  }
  const setsAside = dataset.columns !== undefined || dataset.checks.some(({ severity }) => severity === 'quarantine');
  if (dataset.quarantine !== undefined && !setsAside) {
    report(
      [...path, 'quarantine'],
      `\`quarantine\` of \`${path.join('.')}\` is a budget for rows that nothing refuses.`,
      'Rows are refused by declared `columns` and by checks of severity quarantine.',
    );
  }
}

function checkSeverity(at: readonly string[], check: CheckDefinition, report: Report): void {
  if (check.severity !== 'quarantine') return;
  if (!ROW_KINDS.includes(check.kind) || (check.kind === 'sql' && check.query !== undefined)) {
    report([...at, 'severity'], `A check of kind ${check.kind} cannot set rows aside.`, hintFor(check));
    return;
  }
  if ('maxRows' in check && (check.maxRows !== undefined || check.maxPercent !== undefined)) {
    report(at, 'A check of severity quarantine has no `maxRows` or `maxPercent`.', 'The budget of the dataset is `quarantine.maxPercent`.');
  }
}

function hintFor({ kind }: CheckDefinition): string {
  switch (kind) {
    case 'relationship':
      return 'What the other dataset has may change later, and rows that were set aside would stay aside. Use error or warn.';
    case 'unique':
      return 'Nothing says which of the copies is the bad one. Use `key` with `version`, or error or warn.';
    case 'sql':
      return 'A `query` need not give rows of this dataset. Write a `condition`, or use error or warn.';
    default:
      return 'It is about the table, not about single rows. Use error or warn.';
  }
}

function checkBounds(at: readonly string[], check: CheckDefinition, report: Report): void {
  if (check.kind !== 'range' && check.kind !== 'rowCount' && check.kind !== 'aggregate') return;
  const { min, max } = check;
  const change = check.kind === 'range' ? undefined : check.change;
  if (min === undefined && max === undefined && change === undefined) {
    report(
      at,
      `This check of kind ${check.kind} has no bound, so it can never fail.`,
      'Give it `min`, `max` or, where it has one, `change`.',
    );
  }
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    report(at, `\`min\` ${min} is more than \`max\` ${max}, so nothing can hold.`, 'Exchange them.');
  }
}

function checkAnomaly(at: readonly string[], check: Extract<CheckDefinition, { kind: 'anomaly' }>, report: Report): void {
  if ((check.metric === 'rowCount') !== (check.column === undefined)) {
    report(
      at,
      check.metric === 'rowCount' ? 'The number of rows is not that of a column.' : `\`${check.metric}\` is a figure of a column.`,
      check.metric === 'rowCount' ? 'Remove `column`.' : 'Name the `column`.',
    );
  }
  if (check.minHistory > check.history) {
    report(at, `\`minHistory\` ${check.minHistory} is more than \`history\` ${check.history}, so it can never fail.`, 'Raise `history`.');
  }
}

function checkSql(at: readonly string[], check: Extract<CheckDefinition, { kind: 'sql' }>, report: Report): void {
  if ((check.condition === undefined) !== (check.query === undefined)) {
    if (check.query !== undefined && check.maxPercent !== undefined)
      report(at, 'The rows of a query are no share of a partition.', 'Use `maxRows`.');
    return;
  }
  report(
    at,
    `The check \`${check.name}\` needs exactly one of \`condition\` and \`query\`.`,
    'A condition holds for good rows; a query gives bad ones.',
  );
}
