import type { Measurement } from '../ports/measure.ts';
import type { CheckScan } from '../ports/sql-engine.ts';
import type { Column } from '../sql/column-type.ts';
import type { Check } from './check.ts';
import { nameChecks } from './check-name.ts';
import { expectationOf } from './expectation-of.ts';
import { measureOf } from './measure-of.ts';
import { refusedScan } from './refused-scan.ts';
import type { RenderedCheck } from './rendered-check.ts';
import { scanOf } from './scan-of.ts';

/** The checks of a dataset and the queries that judge its new rows (`_rows`). */
export interface RenderedChecks {
  readonly checks: readonly Check[];
  /** What takes a query of its own: copies, other datasets, queries. */
  readonly scans: readonly CheckScan[];
  /** Everything else, in one scan. */
  readonly measurement: Measurement | undefined;
}

/**
 * Renders checks so that all conditions and figures are one scan; uniqueness, relationships and queries need one each. Days
 * of an event dataset are judged one by one: which of them are made together must not change the verdict.
 */
export function renderChecks(
  definitions: readonly RenderedCheck[],
  columns: readonly Column[],
  partition: 'snapshot' | 'event' | 'keyed',
): RenderedChecks {
  const byDay = partition === 'event';
  const named = nameChecks(definitions);
  const refusing = named.filter(({ definition }) => definition.severity === 'quarantine').map(({ id }) => id);
  const judged = named.filter(({ definition }) => definition.severity !== 'quarantine');
  const measures = new Map(
    judged.flatMap(({ definition, id }) => measureOf(definition, id, columns) ?? []).map((measure) => [measure.id, measure]),
  );
  const scans = judged.flatMap(({ definition, id }) => scanOf(definition, id, byDay) ?? []);
  return {
    checks: named.map(({ definition, id }) => ({
      id,
      severity: definition.severity,
      kind: definition.kind,
      expects: expectationOf(definition, id, columns),
    })),
    scans: refusing.length === 0 ? scans : [...scans, refusedScan(refusing, byDay)],
    measurement: measures.size === 0 ? undefined : { byDay, measures: [...measures.values()] },
  };
}
