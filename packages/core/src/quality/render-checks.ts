import type { CheckDefinition } from '../define/pipeline-schema.ts';
import type { CheckScan } from '../ports/sql-engine.ts';
import type { Column, ColumnType } from '../sql/column-type.ts';
import { matches, noneOf, outside } from '../sql/conditions.ts';
import { forBoth, type Words } from '../sql/render.ts';
import type { RenderedSql } from '../sql/text.ts';
import type { Check } from './check.ts';

/** A check whose parts that need the translator are rendered already. */
export type RenderedCheck = CheckDefinition & { readonly rendered?: RenderedSql };

/** The checks of a dataset and the queries that judge its new rows (`_rows`). */
export interface RenderedChecks {
  readonly checks: readonly Check[];
  readonly scans: readonly CheckScan[];
}

/** Renders checks so that all conditions on rows are one scan; uniqueness needs one query each. */
export function renderChecks(
  definitions: readonly RenderedCheck[],
  columns: readonly Column[],
  partition: 'snapshot' | 'event' | 'keyed',
): RenderedChecks {
  const named = nameChecks(definitions);
  const byRow = named.flatMap(({ definition, id }) => {
    const condition = rowCondition(definition, columns);
    return condition === undefined ? [] : [{ id, condition }];
  });
  const scans = named.flatMap(({ definition, id }) => tableScan(definition, id, partition));
  return {
    checks: named.map(({ definition, id }) => ({ id, severity: definition.severity })),
    scans: byRow.length === 0 ? scans : [fuse(byRow), ...scans],
  };
}

// Violations are told by name, so two checks of one kind on one column must not share theirs.
function nameChecks(definitions: readonly RenderedCheck[]) {
  const used = new Map<string, number>();
  return definitions.map((definition) => {
    const id = checkId(definition);
    const nth = (used.get(id) ?? 0) + 1;
    used.set(id, nth);
    return { definition, id: nth === 1 ? id : `${id} #${nth}` };
  });
}

/** The name of a check in messages and results, e.g. `range(quantity)`. */
function checkId(check: CheckDefinition): string {
  switch (check.kind) {
    case 'unique':
      return `unique(${check.columns.join(', ')})`;
    case 'rowCount':
      return 'rowCount';
    case 'sql':
      return `sql(${check.name})`;
    default:
      return `${check.kind}(${check.column})`;
  }
}

/** The columns that a check names. */
export function columnsOfCheck(check: CheckDefinition): readonly string[] {
  if (check.kind === 'unique') return check.columns;
  return check.kind === 'rowCount' || check.kind === 'sql' ? [] : [check.column];
}

function fuse(checks: readonly { readonly id: string; readonly condition: (words: Words) => string }[]): CheckScan {
  return {
    checks: checks.map(({ id }) => id),
    sql: forBoth(
      (words) => `SELECT ${checks.map(({ condition }) => `COUNT(CASE WHEN ${condition(words)} THEN 1 END)`).join(', ')} FROM _rows`,
    ),
  };
}

// True for a row that breaks the check; undefined for checks that are not about single rows.
function rowCondition(check: RenderedCheck, columns: readonly Column[]): ((words: Words) => string) | undefined {
  switch (check.kind) {
    case 'notNull':
      return (words) => `${words.name(check.column)} IS NULL`;
    case 'acceptedValues':
      return (words) => noneOf(words.name(check.column), typeOf(check.column, columns), check.values, words);
    case 'range':
      return (words) => outside(words.name(check.column), typeOf(check.column, columns), check, words);
    case 'pattern':
      return (words) => `COALESCE(NOT ${matches(words.name(check.column), check.pattern, words)}, FALSE)`;
    case 'sql':
      return (words) => `NOT COALESCE((${check.rendered?.[words.dialect] ?? 'TRUE'}), FALSE)`;
    default:
      return undefined;
  }
}

// Days of an event dataset are judged one by one: which of them are made together must not change the verdict.
function tableScan(check: RenderedCheck, id: string, partition: 'snapshot' | 'event' | 'keyed'): CheckScan[] {
  const day = partition === 'event' ? ['_day'] : [];
  if (check.kind === 'unique') {
    return [
      {
        checks: [id],
        sql: forBoth(
          (words) =>
            `SELECT COUNT(*) FROM (SELECT 1 FROM _rows GROUP BY ${[...day, ...check.columns.map(words.name)].join(', ')} HAVING COUNT(*) > 1) AS _copies`,
        ),
      },
    ];
  }
  if (check.kind !== 'rowCount') return [];
  const bounds = [...(check.min === undefined ? [] : [`n < ${check.min}`]), ...(check.max === undefined ? [] : [`n > ${check.max}`])];
  const condition = bounds.length === 0 ? 'FALSE' : bounds.join(' OR ');
  const byDay = partition === 'event' ? ' GROUP BY _day' : '';
  return [
    {
      checks: [id],
      sql: forBoth(() => `SELECT COUNT(CASE WHEN ${condition} THEN 1 END) FROM (SELECT COUNT(*) AS n FROM _rows${byDay}) AS _counts`),
    },
  ];
}

function typeOf(name: string, columns: readonly Column[]): ColumnType {
  return columns.find((column) => column.name === name)?.type ?? { kind: 'varchar' };
}
