import { beforeAll, describe, expect, it } from 'vitest';
import { loadTranslator, type Translator } from '../translator.ts';
import type { Flow } from './flow.ts';
import { traceQuery } from './trace-query.ts';

const TABLES = [
  { name: 'silver.t', columns: ['a', 'b', 'c', 'd', 'k', 'v'] },
  { name: 'silver.u', columns: ['k', 'x', 'y', 'z'] },
];

let translator: Translator;
beforeAll(async () => {
  translator = await loadTranslator();
});

const SHORT: Readonly<Record<string, string>> = { 'silver.t': 't', 'silver.u': 'u' };

function words(flow: Flow): string {
  return flow
    .map(({ table, column, use, masked }) => `${SHORT[table]}.${column} ${use}${masked ? ' masked' : ''}`)
    .sort()
    .join(', ');
}

// Each column with where it comes from, and `rows` with what decides over them.
function trace(sql: string): Record<string, string> {
  const parsed = translator.parse(sql);
  if (parsed.kind === 'failed') throw new Error(`${parsed.message}: ${sql}`);
  const { columns, rows, rest } = traceQuery(parsed.statements[0] ?? {}, TABLES);
  const named = columns.map(({ name, flow }) => [name, words(flow)] as const);
  return Object.fromEntries([
    ...named,
    ...(rest === undefined ? [] : [['*', words(rest)]]),
    ...(rows.length === 0 ? [] : [['rows', words(rows)]]),
  ]);
}

type Truth = readonly [what: string, sql: string, truth: Readonly<Record<string, string>>];

const TRUTHS: readonly Truth[] = [
  ['a name', 'select a, t.b as x, (c) as y from silver.t', { a: 't.a identity', x: 't.b identity', y: 't.c identity' }],
  ['an expression', 'select a + b * 2 as x, 1 as one from silver.t', { x: 't.a transformation, t.b transformation', one: '' }],
  ['a cast', 'select a::int as x, try_cast(b as int) as y from silver.t', { x: 't.a transformation', y: 't.b transformation' }],
  [
    'a choice',
    'select iff(a > 1, b, c) as x, case when a = 1 then b when c = 2 then d else k end as y from silver.t',
    {
      x: 't.a conditional, t.b transformation, t.c transformation',
      y: 't.a conditional, t.b transformation, t.c conditional, t.d transformation, t.k transformation',
    },
  ],
  [
    'DECODE and NVL2',
    'select decode(a, b, c, d) as x, nvl2(a, b, c) as y from silver.t',
    {
      x: 't.a conditional, t.b conditional, t.c transformation, t.d transformation',
      y: 't.a conditional, t.b transformation, t.c transformation',
    },
  ],
  [
    'a CASE with an operand',
    'select case a when b then c end as x from silver.t',
    { x: 't.a conditional, t.b conditional, t.c transformation' },
  ],
  [
    'an aggregate',
    'select a, sum(b) as s, count(*) as n, count(distinct iff(c, d, null)) as m from silver.t group by a',
    { a: 't.a identity', s: 't.b aggregation', n: '', m: 't.c conditional, t.d aggregation', rows: 't.a group-by' },
  ],
  ['an aggregate of an aggregate', 'select x * 2 as y from (select max(a) as x from silver.t)', { y: 't.a aggregation' }],
  [
    'FILTER and WITHIN GROUP',
    "select listagg(a, ',') within group (order by b) as l, percentile_cont(0.5) within group (order by c) as p from silver.t",
    { l: 't.a aggregation, t.b sort', p: 't.c aggregation' },
  ],
  [
    'a window',
    'select sum(a) over (partition by b order by c) as s, row_number() over (order by d desc) as n, lag(k) over (order by v) as p from silver.t',
    { s: 't.a aggregation, t.b window, t.c window', n: 't.d window', p: 't.k transformation, t.v window' },
  ],
  ['a named window', 'select sum(a) over w as s from silver.t window w as (partition by b)', { s: 't.a aggregation, t.b window' }],
  [
    'WHERE, HAVING, ORDER BY',
    'select a, sum(b) as s from silver.t where c > 1 group by 1 having max(d) > 2 order by s',
    { a: 't.a identity', s: 't.b aggregation', rows: 't.a group-by, t.b sort, t.c filter, t.d filter' },
  ],
  [
    'QUALIFY',
    'select a from silver.t qualify row_number() over (partition by b order by c) = 1',
    { a: 't.a identity', rows: 't.b filter, t.b window, t.c filter, t.c window' },
  ],
  [
    'QUALIFY by a name of the list',
    'select a, rank() over (order by b) as r from silver.t qualify r = 1',
    { a: 't.a identity', r: 't.b window', rows: 't.b filter, t.b window' },
  ],
  [
    'a join',
    'select t.a, u.x from silver.t join silver.u on t.k = u.k and u.z > t.d',
    { a: 't.a identity', x: 'u.x identity', rows: 't.d join, t.k join, u.k join, u.z join' },
  ],
  [
    'a join USING',
    'select k, a, x from silver.t left join silver.u using (k)',
    { k: 't.k identity', a: 't.a identity', x: 'u.x identity', rows: 't.k join, u.k join' },
  ],
  ['a right join USING', 'select k from silver.t right join silver.u using (k)', { k: 'u.k identity', rows: 't.k join, u.k join' }],
  [
    'a full join USING, with a star',
    'select * exclude (a, b, c, d, v) from silver.t full outer join silver.u using (k)',
    {
      k: 't.k transformation, u.k transformation',
      x: 'u.x identity',
      y: 'u.y identity',
      z: 'u.z identity',
      rows: 't.k join, u.k join',
    },
  ],
  [
    'a natural join',
    'select k, u.k as other from silver.t natural join silver.u',
    { k: 't.k identity', other: 'u.k identity', rows: 't.k join, u.k join' },
  ],
  [
    'a join by a comma',
    'select a, x from silver.t, silver.u where t.k = u.k',
    { a: 't.a identity', x: 'u.x identity', rows: 't.k filter, u.k filter' },
  ],
  [
    'a bracketed join',
    'select p.a, q.x from (silver.t p join silver.u q on p.k = q.k)',
    { a: 't.a identity', x: 'u.x identity', rows: 't.k join, u.k join' },
  ],
  [
    'a join with itself',
    'select l.a, r.b from silver.t as l join silver.t as r on l.c = r.d',
    { a: 't.a identity', b: 't.b identity', rows: 't.c join, t.d join' },
  ],
  [
    'an ASOF join',
    'select t.a, u.x from silver.t asof join silver.u match_condition (t.d >= u.z) on t.k = u.k',
    { a: 't.a identity', x: 'u.x identity', rows: 't.d join, t.k join, u.k join, u.z join' },
  ],
  [
    'stars with EXCLUDE and RENAME',
    'select t.* exclude (a, b, c) rename (d as e), u.x from silver.t join silver.u on true',
    { e: 't.d identity', k: 't.k identity', v: 't.v identity', x: 'u.x identity' },
  ],
  [
    'a star with REPLACE',
    'select * exclude (b, c, d, k) replace (a + v as a) from silver.t',
    { a: 't.a transformation, t.v transformation', v: 't.v identity' },
  ],
  [
    'common tables over common tables',
    'with p as (select a + 1 as x, b from silver.t where c = 1), q as (select x, max(b) as m from p group by x) select q.*, x * 2 as y from q',
    { x: 't.a transformation', m: 't.b aggregation', y: 't.a transformation', rows: 't.a group-by, t.c filter' },
  ],
  [
    'a common table with a list of names',
    'with p (m, n) as (select a, b from silver.t) select n, m from p',
    { n: 't.b identity', m: 't.a identity' },
  ],
  [
    'a common table inside of another',
    'with p as (with q as (select a as z from silver.t) select z from q) select z from p',
    { z: 't.a identity' },
  ],
  ['a common table that hides a table', 'with t as (select x as a from silver.u) select a from t', { a: 'u.x identity' }],
  [
    'a recursive query',
    'with recursive r as (select a, b as up, 0 as n from silver.t where c is null union all select r.a, t.b, r.n + t.d from silver.t join r on t.a = r.up) select a, n from r',
    { a: 't.a identity', n: 't.d transformation', rows: 't.a join, t.b join, t.c filter' },
  ],
  ['a subquery with a list of names', 'select q.n from (select a, b from silver.t) as q (m, n)', { n: 't.b identity' }],
  [
    'UNION ALL',
    'select a as p from silver.t where b = 1 union all select upper(x) from silver.u',
    { p: 't.a identity, u.x transformation', rows: 't.b filter' },
  ],
  ['UNION', 'select a from silver.t union select x from silver.u', { a: 't.a identity, u.x identity', rows: 't.a group-by, u.x group-by' }],
  [
    'UNION ALL BY NAME',
    'select a, b from silver.t union all by name select x as b, y as e from silver.u',
    { a: 't.a identity', b: 't.b identity, u.x identity', e: 'u.y identity' },
  ],
  ['EXCEPT', 'select a from silver.t except select x from silver.u', { a: 't.a identity', rows: 't.a filter, u.x filter' }],
  ['INTERSECT', 'select a from silver.t intersect select x from silver.u', { a: 't.a identity', rows: 't.a filter, u.x filter' }],
  ['DISTINCT', 'select distinct a, b from silver.t', { a: 't.a identity', b: 't.b identity', rows: 't.a group-by, t.b group-by' }],
  [
    'a correlated subquery as a value',
    'select a, (select max(x) from silver.u where u.k = t.k and u.z > 1) as m from silver.t',
    { a: 't.a identity', m: 't.k filter, u.k filter, u.x aggregation, u.z filter' },
  ],
  [
    'EXISTS',
    'select a from silver.t where exists (select 1 from silver.u where u.k = t.k and u.z > 1)',
    { a: 't.a identity', rows: 't.k filter, u.k filter, u.z filter' },
  ],
  [
    'IN (SELECT …)',
    'select a, b in (select x from silver.u where y = 1) as f from silver.t where (c, d) in (select y, z from silver.u)',
    { a: 't.a identity', f: 't.b transformation, u.x transformation, u.y filter', rows: 't.c filter, t.d filter, u.y filter, u.z filter' },
  ],
  [
    '> ALL (SELECT …)',
    'select a from silver.t where b > all (select x from silver.u)',
    { a: 't.a identity', rows: 't.b filter, u.x filter' },
  ],
  [
    'a name of the list used again',
    'select a + b as p, p * c as q from silver.t where p > 1',
    {
      p: 't.a transformation, t.b transformation',
      q: 't.a transformation, t.b transformation, t.c transformation',
      rows: 't.a filter, t.b filter',
    },
  ],
  ['a name of the list that hides nothing', 'select b as a, a as x from silver.t', { a: 't.b identity', x: 't.a identity' }],
  [
    'GROUP BY ALL and by a name of the list',
    'select a + 1 as g, iff(b > 1, 1, 0) as h, sum(c) as s from silver.t group by all',
    { g: 't.a transformation', h: 't.b conditional', s: 't.c aggregation', rows: 't.a group-by, t.b group-by' },
  ],
  [
    'GROUPING SETS and CUBE',
    'select a, sum(c) as s from silver.t group by cube (a, b)',
    { a: 't.a identity', s: 't.c aggregation', rows: 't.a group-by, t.b group-by' },
  ],
  [
    'hashes',
    "select md5(a) as h, sha2(b || 'salt', 256) as i, md5(c) || c as j, a is null as n from silver.t",
    { h: 't.a transformation masked', i: 't.b transformation masked', j: 't.c transformation', n: 't.a transformation' },
  ],
  [
    'a hash in a common table',
    'with p as (select sha1(a) as h from silver.t) select upper(h) as x from p',
    { x: 't.a transformation masked' },
  ],
  [
    'a path into a VARIANT and an object',
    'select v:x.y::int as p, t.v:z as q, a[0] as r from silver.t',
    { p: 't.v transformation', q: 't.v transformation', r: 't.a transformation' },
  ],
  [
    'FLATTEN',
    'select t.a, f.value:name::varchar as n from silver.t, lateral flatten(input => t.v) f',
    { a: 't.a identity', n: 't.v transformation', rows: 't.v join' },
  ],
  [
    'a lateral subquery',
    'select t.a, l.m from silver.t left join lateral (select max(x) as m from silver.u where u.k = t.k) l on true',
    { a: 't.a identity', m: 'u.x aggregation', rows: 't.k filter, u.k filter' },
  ],
  ['a lambda', 'select transform(v, x -> x + a) as w from silver.t', { w: 't.a transformation, t.v transformation' }],
  [
    'VALUES',
    "select p.m, t.a from silver.t join (values (1, 'x')) as p (m, n) on p.n = t.b",
    { m: '', a: 't.a identity', rows: 't.b join' },
  ],
  [
    'PIVOT',
    "select * from (select a, b, c from silver.t) pivot (sum(c) for b in ('x', 'y')) as p",
    { a: 't.a identity', '*': 't.b conditional, t.c aggregation', rows: 't.a group-by' },
  ],
  [
    'UNPIVOT',
    'select * from (select a, b, c from silver.t) unpivot (w for m in (b, c))',
    { a: 't.a identity', m: '', w: 't.b transformation, t.c transformation', rows: 't.b filter, t.c filter' },
  ],
  ['names in capitals and in quotes', 'select T."A" as x, "T".B from silver.t as T', { x: 't.a identity', b: 't.b identity' }],
];

describe('the ways from columns to columns', () => {
  it.each(TRUTHS)('of %s', (_what, sql, truth) => {
    expect(trace(sql)).toEqual(truth);
  });
});

describe('a name that cannot be told', () => {
  it('may come from anything in sight', () => {
    expect(trace('select nowhere as x from silver.u')).toEqual({
      x: 'u.k identity, u.x identity, u.y identity, u.z identity',
    });
  });
});

describe('the place of a column', () => {
  it('is where its name is written, also where a star brought it', () => {
    const sql = 'with p as (select a + 1 as sum_of_a from silver.t)\nselect p.*, 2 as two from p';
    const parsed = translator.parse(sql);
    const { columns } = traceQuery(parsed.kind === 'parsed' ? (parsed.statements[0] ?? {}) : {}, TABLES);
    expect(columns.map(({ at }) => sql.slice(at, (at ?? 0) + 3))).toEqual(['sum', 'two']);
  });
});
