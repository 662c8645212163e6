import type { RunRecord, RunScope } from '../lake/run-record.ts';
import type { RunSettings } from './run-ports.ts';

type Asked = Pick<RunSettings, 'only' | 'fresh' | 'fulfilled' | 'refetch' | 'until' | 'continues'>;

/** What a record says of a run's settings; nothing if it was asked for nothing in particular. */
export function scopeOf({ only, fresh, fulfilled, refetch, until, continues }: Asked): Pick<RunRecord, 'scope'> {
  const scope: RunScope = {
    ...(only === undefined ? {} : { only: [...only] }),
    ...(fresh === undefined ? {} : { fresh: [...fresh] }),
    ...(fulfilled === undefined ? {} : { fulfilled: [...fulfilled] }),
    ...(refetch === true ? { refetch } : {}),
    ...(until === undefined ? {} : { until }),
    ...(continues === undefined ? {} : { continues }),
  };
  return Object.keys(scope).length === 0 ? {} : { scope };
}

/** The settings that continue a run: what it was asked for, except what it has done. */
export function continueRun({ run, scope = {}, steps }: RunRecord): Asked {
  const done = steps.filter(({ status }) => status === 'done').map(({ dataset }) => dataset as NonNullable<RunScope['only']>[number]);
  const fulfilled = new Set([...(scope.fulfilled ?? []), ...done]);
  return {
    ...(scope.only === undefined ? {} : { only: new Set(scope.only) }),
    ...(scope.fresh === undefined ? {} : { fresh: new Set(scope.fresh) }),
    ...(fulfilled.size > 0 && (scope.fresh !== undefined || scope.refetch === true) ? { fulfilled } : {}),
    ...(scope.refetch === undefined ? {} : { refetch: true }),
    ...(scope.until === undefined ? {} : { until: scope.until }),
    continues: run,
  };
}
