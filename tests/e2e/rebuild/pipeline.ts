import type { PipelineDeclaration } from '@snowmelt/core';

/** The models of the pipeline, by path. */
export const MODELS: Readonly<Record<string, string>> = {
  'daily.sql': 'select happened_at::date as happened_on, count(*) as n, sum(value) as total from silver.items_event group by 1',
  'totals.sql': 'select count(*) as n, sum(value) as total from silver.items_snapshot',
  // Over days, across all history of a team, beside a snapshot that is read by the same key.
  'teams.sql': `
    with latest as (select team, max(value) as latest from silver.items_snapshot group by team)
    select e.team, count(*) as n, sum(e.value) as total, max(e.happened_at) as last_at, max(l.latest) as latest
    from silver.items_event as e left join latest as l on l.team = e.team
    group by e.team`,
  // Rows, not sums; of two inputs one on top of the other, and by two columns.
  'firsts.sql': `
    select team, id, value, row_number() over (partition by team, id order by happened_at, value) as nth
    from (select team, id, value, happened_at from silver.items_event union all select team, id, value, happened_at from silver.items_snapshot)
    qualify nth = 1`,
  // Of another keyed dataset.
  'grades.sql': `select team, case when total > 60 then 'high' else 'low' end as grade from gold.teams where n > 1`,
};

/** How the items are extracted. */
export type Mode = 'window' | 'changes' | 'full';

const WAYS = {
  window: { mode: 'window', watermark: 'changed_at' },
  changes: { mode: 'changes', key: ['id'] },
  full: { mode: 'full' },
} as const;

/** Every materialisation over one way of extracting. */
export function pipelineOf(mode: Mode, hasMore: boolean): PipelineDeclaration {
  const more = hasMore ? { double_value: 'NUMBER(10,0)' } : {};
  const columns = {
    id: 'NUMBER(10,0)',
    team: 'VARCHAR',
    value: 'NUMBER(10,0)',
    happened_at: 'TIMESTAMP_NTZ',
    changed_at: 'TIMESTAMP_NTZ',
    ...more,
  };
  return {
    name: 'rebuild',
    source: { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' },
    bronze: { items: { table: 'T', columns, reconcile: 'off', ...withLists(WAYS[mode]) } },
    silver: silverOf(mode, hasMore),
    gold: {
      daily: { kind: 'event', eventTime: 'happened_on', sql: 'daily.sql' },
      totals: { kind: 'snapshot', sql: 'totals.sql' },
      teams: { kind: 'keyed', key: ['team'], buckets: 3, sql: 'teams.sql' },
      firsts: { kind: 'keyed', key: ['team', 'id'], buckets: 4, sql: 'firsts.sql', checks: [{ kind: 'rowCount', max: 100 }] },
      grades: { kind: 'keyed', key: ['team'], sql: 'grades.sql' },
    },
  };
}

type Bronze = PipelineDeclaration['bronze'][string];

const withLists = (way: (typeof WAYS)[Mode]): Pick<Bronze, 'mode' | 'watermark' | 'key'> =>
  'key' in way ? { ...way, key: [...way.key] } : way;

function silverOf(mode: Mode, hasMore: boolean): NonNullable<PipelineDeclaration['silver']> {
  const more = hasMore ? { double_value: { type: 'NUMBER(10,0)' } } : {};
  const merge = {
    from: 'bronze.items',
    key: ['id'],
    version: 'changed_at',
    columns: {
      id: { type: 'NUMBER(10,0)' },
      team: { type: 'VARCHAR', case: 'upper' as const },
      value: { type: 'NUMBER(10,0)', range: { max: 90 } },
      happened_at: { type: 'TIMESTAMP_NTZ' },
      changed_at: { type: 'TIMESTAMP_NTZ' },
      ...more,
    },
  };
  return {
    items_event: { kind: 'event', eventTime: 'happened_at', ...merge },
    items_snapshot: { kind: 'snapshot', ...merge },
    ...(mode === 'full' ? {} : { items_history: { kind: 'history' as const, ...merge } }),
  };
}
