import type { DatasetName } from '../layout/dataset-name.ts';
import type { BuildOutput, BuildStage } from '../ports/sql-engine.ts';
import type { Column } from '../sql/column-type.ts';
import { LOGICAL_DATE_SLOT } from '../sql/logical-date-slot.ts';
import { forBoth, type Words } from '../sql/render.ts';
import type { RenderedSql } from '../sql/text.ts';
import { nameChecks } from './check-name.ts';
import { REFUSED_COLUMNS, withOrigin } from './refused-origin.ts';
import { reasonOfCheck } from './refused-scan.ts';
import type { RenderedCheck } from './rendered-check.ts';
import { rowCondition } from './row-condition.ts';

/** How the rows of a model are parted into those to publish and those that checks set aside. */
export interface RefusingSql {
  /** SQL for the reasons against a row, NULL for a good one. */
  readonly reasons: RenderedSql;
  /** `_judged` → the good rows. */
  readonly rows: RenderedSql;
  /** `_judged` → the others, with `_reasons`. */
  readonly refused: RenderedSql;
  /** `_judged` → how many rows there were, by day. */
  readonly accounting: RenderedSql;
}

/** Renders how checks of severity quarantine part a model's rows; undefined where there is no such check. */
export function renderRefusing(
  checks: readonly RenderedCheck[],
  columns: readonly Column[],
  partition: 'snapshot' | 'event' | 'keyed',
): RefusingSql | undefined {
  if (checks.every(({ severity }) => severity !== 'quarantine')) return undefined;
  const day = partition === 'event' ? ['_day'] : [];
  const list = (words: Words, ...more: string[]) => [...columns.map(({ name }) => words.name(name)), ...more, ...day].join(', ');
  return {
    reasons: forBoth((words) => checkReasons(checks, columns, words).nullable),
    rows: forBoth((words) => `SELECT ${list(words)} FROM _judged WHERE _reasons IS NULL`),
    refused: forBoth((words) => `SELECT ${list(words, '_reasons')} FROM _judged WHERE _reasons IS NOT NULL`),
    accounting: forBoth(
      () =>
        `SELECT ${day[0] ?? `CAST('${LOGICAL_DATE_SLOT}' AS DATE)`} AS day, COUNT(*) AS rows_read, '' AS batches FROM _judged GROUP BY 1`,
    ),
  };
}

/** The stages that make the rows of a model, and those that are set aside if checks may refuse some. */
export function modelStages(dataset: DatasetName, sql: RenderedSql, refusing: RefusingSql | undefined): readonly BuildStage[] {
  if (refusing === undefined) return [{ kind: 'table', name: '_rows', sql }];
  const judged = forBoth(({ dialect }) => `SELECT *, ${refusing.reasons[dialect]} AS _reasons FROM (${sql[dialect]}) AS _made`);
  return [
    { kind: 'table', name: '_judged', sql: judged },
    { kind: 'view', name: '_rows', sql: refusing.rows },
    { kind: 'view', name: '_refused', sql: withOrigin(refusing.refused, dataset, false) },
  ];
}

/** The output for the rows that are set aside, beside that of the others. */
export function refusedOutput(rows: BuildOutput, prefix: string): BuildOutput {
  const columns: readonly Column[] = [...rows.columns, ...REFUSED_COLUMNS];
  return { ...rows, part: 'quarantine', from: '_refused', columns, prefix };
}

/** SQL for the reasons that checks of severity quarantine have against a row: one by one, and together (NULL: none has). */
export function checkReasons(
  checks: readonly RenderedCheck[],
  columns: readonly Column[],
  words: Words,
): { readonly each: readonly string[]; readonly nullable: string } {
  const each = nameChecks(checks).flatMap(({ definition, id }) => {
    const condition = definition.severity === 'quarantine' ? rowCondition(definition, columns, words) : undefined;
    return condition === undefined ? [] : [`CASE WHEN ${condition} THEN ${words.text(reasonOfCheck(id))} END`];
  });
  return { each, nullable: `NULLIF(concat_ws(', ', ${each.join(', ')}), '')` };
}
