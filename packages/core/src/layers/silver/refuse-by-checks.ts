import { checkReasons } from '../../quality/refusing.ts';
import type { RenderedCheck } from '../../quality/rendered-check.ts';
import type { Column } from '../../sql/column-type.ts';
import { forBoth } from '../../sql/render.ts';
import type { RenderedSql } from '../../sql/text.ts';

/**
 * Lets checks of severity quarantine refuse rows where the cleaning rules do: the rows go aside as they came, and before
 * one row per key is chosen. `classify` must keep the source's values (`r__*`) of all rows (`keepsSource`). `others`:
 * its further columns. They are all named, because Spark has no `*` with exceptions.
 */
export function refuseByChecks(
  classify: RenderedSql,
  checks: readonly RenderedCheck[],
  columns: readonly Column[],
  sourceColumns: readonly Column[],
  others: readonly string[],
): RenderedSql {
  if (checks.every(({ severity }) => severity !== 'quarantine')) return classify;
  return forBoth((words) => {
    const list = (names: readonly string[]) => names.map(words.name).join(', ');
    const cleaned = columns.map(({ name }) => `v__${name}`);
    const sources = sourceColumns.map(({ name }) => `r__${name}`);
    const values = columns.map(({ name }) => `${words.name(`v__${name}`)} AS ${words.name(name)}`);
    const { each } = checkReasons(checks, columns, words);
    // A row that a rule refused has no cleaned values that a check could be held against.
    const reasons = `COALESCE(_reasons, NULLIF(concat_ws(', ', ${each.join(', ')}), ''))`;
    const named = `SELECT *, ${values.join(', ')} FROM (${classify[words.dialect]}) AS _cleaned_rows`;
    const judged = `SELECT ${list([...cleaned, ...sources, ...others])}, ${reasons} AS _reasons FROM (${named}) AS _named`;
    const kept = sources.map((name) => `CASE WHEN _reasons IS NOT NULL THEN ${words.name(name)} END AS ${words.name(name)}`);
    return `SELECT ${list([...cleaned, ...others, '_reasons'])}, ${kept.join(', ')} FROM (${judged}) AS _checked_rows`;
  });
}
