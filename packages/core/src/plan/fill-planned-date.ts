import type { LogicalDate } from '../layout/logical-date.ts';
import type { Measurement } from '../ports/measure.ts';
import type { BuildStage, CheckScan } from '../ports/sql-engine.ts';
import { LOGICAL_DATE_SLOT } from '../sql/logical-date-slot.ts';
import { mapBoth } from '../sql/render.ts';
import type { RenderedSql } from '../sql/text.ts';
import type { Step } from '../steps/step.ts';

/** Puts the run's date into a step's SQL: from here on it is finished. */
export function fillPlannedDate(step: Step, day: LogicalDate): Step {
  if (step.kind === 'extract') return step;
  const fill = (sql: RenderedSql) => mapBoth(sql, (text) => text.replaceAll(LOGICAL_DATE_SLOT, day));
  const { request } = step;
  return {
    ...step,
    request: {
      ...request,
      stages: request.stages.map((stage): BuildStage => ('sql' in stage ? { ...stage, sql: fill(stage.sql) } : stage)),
      checks: request.checks.map((scan): CheckScan => ({ ...scan, sql: fill(scan.sql) })),
      ...(request.measurement === undefined ? {} : { measurement: fillMeasures(request.measurement, fill) }),
      ...(request.accounting === undefined ? {} : { accounting: fill(request.accounting) }),
    },
  };
}

function fillMeasures(measurement: Measurement, fill: (sql: RenderedSql) => RenderedSql): Measurement {
  return { ...measurement, measures: measurement.measures.map((measure) => ({ ...measure, sql: fill(measure.sql) })) };
}
