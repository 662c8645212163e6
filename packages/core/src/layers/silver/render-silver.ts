import { LOGICAL_DATE_SLOT } from '../../sql/logical-date-slot.ts';
import { forBoth } from '../../sql/render.ts';
import type { RenderedSql } from '../../sql/text.ts';
import { type CleaningSpec, renderClassify, renderDaysOfNew, renderStoppingViolations } from './cleaning.ts';
import { renderDeduplicate } from './deduplicate.ts';
import { renderHistory } from './history.ts';
import type { SilverSql } from './silver-dataset.ts';

/** What is declared about copies, and whether the source's rows know their batch. */
export interface MergeSpec {
  readonly key: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly distinct: readonly string[] | undefined;
  readonly hasBatch: boolean;
  /** True: all versions are kept. */
  readonly isHistory?: boolean;
}

/**
 * Renders everything that makes bronze rows silver, in this order: classify (clean every value, give reasons against
 * bad rows), candidates (the good rows), rows (one per key and set of copies), refused (the bad rows as they came),
 * accounting (how many rows went in). `plan-silver.ts` says what is read and how much of it is run.
 */
export function renderSilver(
  spec: CleaningSpec,
  merge: MergeSpec,
): { readonly sql: SilverSql; readonly stoppingScan: RenderedSql | undefined } {
  const byDay = spec.eventTime !== undefined;
  const day = byDay ? ', _day' : '';
  const isLive = spec.changelogKey === undefined ? '' : ' AND _live';
  const sql: SilverSql = {
    classify: renderClassify(spec, merge.hasBatch),
    daysOfNew: merge.hasBatch ? renderDaysOfNew(spec) : undefined,
    candidates: forBoth((words) => {
      const values = spec.columns.map(({ name }) => `${words.name(`v__${name}`)} AS ${words.name(name)}`);
      return `SELECT ${values.join(', ')}${day} FROM _classified WHERE _reasons IS NULL${isLive}`;
    }),
    rows: renderRows(spec, merge),
    refused: forBoth((words) => {
      const values = spec.sourceColumns.map(({ name }) => `${words.name(`r__${name}`)} AS ${words.name(name)}`);
      return `SELECT ${values.join(', ')}, _reasons${merge.hasBatch ? ', _batch' : ''}${day} FROM _classified WHERE _reasons IS NOT NULL${isLive}`;
    }),
    accounting: renderAccounting(byDay, merge.hasBatch, spec.changelogKey !== undefined),
  };
  return { sql, stoppingScan: stoppingScan(spec) };
}

function renderRows(spec: CleaningSpec, { key, version, distinct, isHistory }: MergeSpec): RenderedSql {
  const columns = spec.columns.map(({ name }) => name);
  if (isHistory === true && key !== undefined && version !== undefined)
    return renderHistory({ columns, key, version, changelogKey: spec.changelogKey });
  return renderDeduplicate({ columns, key, version, distinct, byDay: spec.eventTime !== undefined });
}

function renderAccounting(byDay: boolean, hasBatch: boolean, isChangelog: boolean): RenderedSql {
  return forBoth(({ dialect }) => {
    const joined = dialect === 'duckdb' ? "string_agg(DISTINCT _batch, ',')" : "array_join(collect_set(_batch), ',')";
    const batches = hasBatch ? joined : "''";
    const day = byDay ? '_day' : `CAST('${LOGICAL_DATE_SLOT}' AS DATE)`;
    const deleted = isChangelog ? ', COUNT(CASE WHEN _deleted THEN 1 END) AS rows_deleted' : '';
    return `SELECT ${day} AS day, COUNT(*) AS rows_read, ${batches} AS batches${deleted} FROM _classified GROUP BY 1`;
  });
}

function stoppingScan(spec: CleaningSpec): RenderedSql | undefined {
  const condition = forBoth((words) => renderStoppingViolations(spec.columns, words) ?? '');
  if (condition.duckdb === '') return undefined;
  const where = spec.changelogKey === undefined ? '' : ' WHERE _live';
  return forBoth(({ dialect }) => `SELECT COUNT(CASE WHEN ${condition[dialect]} THEN 1 END) FROM _classified${where}`);
}
