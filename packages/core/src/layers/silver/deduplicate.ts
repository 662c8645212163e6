import { forBoth } from '../../sql/render.ts';
import type { RenderedSql } from '../../sql/text.ts';
import { type FirstOf, renderFirstOf } from './first-of.ts';

/** How copies are recognised, and which one stays. */
export interface DeduplicateSpec {
  readonly columns: readonly string[];
  readonly key: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly distinct: readonly string[] | undefined;
  /** Rows of different days are never copies of each other. */
  readonly byDay: boolean;
}

/**
 * Renders the query that leaves, of the rows of `_candidates`, one per key (the greatest version; ties are decided by
 * all other columns) and then one of each set of copies (the smallest key). The winner is a maximum over a total order,
 * so the result does not depend on how the rows were split into batches.
 */
export function renderDeduplicate(spec: DeduplicateSpec): RenderedSql {
  return forBoth((words) => {
    const columns = [...spec.columns, ...(spec.byDay ? ['_day'] : [])];
    const acts = [...latestOf(spec), ...smallestOf(spec)];
    const relation = (number: number): string => (number === 0 ? '_candidates' : `_first_${number}`);
    const ctes = acts.flatMap((act, i) => renderFirstOf({ ...act, columns, from: relation(i), name: relation(i + 1) }, words));
    const select = `SELECT ${columns.map(words.name).join(', ')} FROM ${relation(acts.length)}`;
    return ctes.length === 0 ? select : `WITH ${ctes.join(', ')} ${select}`;
  });
}

type Act = Pick<FirstOf, 'by' | 'order' | 'isGreatest'>;

function latestOf(spec: DeduplicateSpec): Act[] {
  if (spec.key === undefined) return [];
  const version = spec.version === undefined ? [] : [spec.version];
  return [actOf(spec, spec.key, version, true)];
}

function smallestOf(spec: DeduplicateSpec): Act[] {
  return spec.distinct === undefined ? [] : [actOf(spec, spec.distinct, spec.key ?? [], false)];
}

// All columns take part, so that no two rows are alike unless it does not matter which one stays.
function actOf(spec: DeduplicateSpec, by: readonly string[], first: readonly string[], isGreatest: boolean): Act {
  const deciding = [...new Set([...first, ...spec.columns])].filter((column) => !by.includes(column));
  return { by: [...(spec.byDay ? ['_day'] : []), ...by], order: deciding, isGreatest };
}
