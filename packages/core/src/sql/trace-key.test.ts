import { beforeAll, describe, expect, it } from 'vitest';
import { traceKey } from './trace-key.ts';
import { loadTranslator, type Translator } from './translator.ts';

let translator: Translator;
beforeAll(async () => {
  translator = await loadTranslator();
});

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  'silver.a': ['k', 'x', 'z'],
  'silver.b': ['k', 'y'],
  'silver.c': ['ck', 'x2', 'w'],
};

/** How each input is read: its key columns, or `whole`; or why not. */
function trace(sql: string, key: readonly string[] = ['k']): Readonly<Record<string, string>> | string {
  const parsed = translator.parse(sql);
  const refuse = (why: string): never => {
    throw new Error(why);
  };
  try {
    const statement = parsed.kind === 'parsed' ? parsed.statements[0] : undefined;
    const { byKey, whole } = traceKey(statement ?? {}, key, { columnsOf: (dataset) => COLUMNS[dataset] ?? [], refuse });
    return Object.fromEntries([...[...byKey].map(([name, by]) => [name, by.join()]), ...[...whole].map((name) => [name, 'whole'])]);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

describe('a query that can be made key by key', () => {
  it.each([
    ['select k, count(*) as n from silver.a group by k', { 'silver.a': 'k' }],
    ['select k, count(*) as n from silver.a group by 1', { 'silver.a': 'k' }],
    ['select k, count(*) as n from silver.a group by all', { 'silver.a': 'k' }],
    ['select k as k, sum(x) s from silver.a where x > 0 group by k, z having sum(x) > 1 order by 2', { 'silver.a': 'k' }],
    ['select ck as k, sum(w) s from silver.c group by k', { 'silver.c': 'ck' }],
    ['select distinct k from silver.a', { 'silver.a': 'k' }],
    ['select * exclude (x) from silver.a', { 'silver.a': 'k' }],
    ['(select A.K from silver.a as A)', { 'silver.a': 'k' }],
    ['select a.k, b.y from silver.a as a join silver.b as b on a.k = b.k', { 'silver.a': 'k', 'silver.b': 'k' }],
    ['select b.k, a.x from silver.a as a join silver.b as b on (a.k = b.k and a.x > 1)', { 'silver.a': 'k', 'silver.b': 'k' }],
    ['select k, x from silver.a join silver.b using (k)', { 'silver.a': 'k', 'silver.b': 'k' }],
    ['select k, y from silver.a left join silver.b using (k)', { 'silver.a': 'k', 'silver.b': 'k' }],
    ['select a.k, b.y from silver.a a, silver.b b where a.k = b.k', { 'silver.a': 'k', 'silver.b': 'k' }],
    ['select a.k, c.w from silver.a a left join silver.c c on c.ck = a.k', { 'silver.a': 'k', 'silver.c': 'ck' }],
    // What is joined by something else belongs to every key.
    ['select a.k, c.w from silver.a a left join silver.c c on c.x2 = a.x', { 'silver.a': 'k', 'silver.c': 'whole' }],
    ['select a.k, (select max(y) from silver.b) m from silver.a a', { 'silver.a': 'k', 'silver.b': 'whole' }],
    ['select k from silver.a where x in (select y from silver.b)', { 'silver.a': 'k', 'silver.b': 'whole' }],
    [
      'with t as (select k, sum(x) s from silver.a group by k) select t.k, t.s, b.y from t join silver.b b on b.k = t.k',
      { 'silver.a': 'k', 'silver.b': 'k' },
    ],
    ['with t as (select y from silver.b) select k from silver.a where exists (select 1 from t)', { 'silver.a': 'k', 'silver.b': 'whole' }],
    ['select k, x from silver.a union all select ck, w from silver.c', { 'silver.a': 'k', 'silver.c': 'ck' }],
    ['select k, row_number() over (partition by k, z order by x) n from silver.a qualify n = 1', { 'silver.a': 'k' }],
    ['select k from (select * from silver.a) as s group by k', { 'silver.a': 'k' }],
  ])('%s', (sql, reads) => {
    expect(trace(sql)).toEqual(reads);
  });

  it('has all columns of a key of several', () => {
    expect(trace('select k, z as x2, count(*) n from silver.a group by k, z', ['k', 'x2'])).toEqual({ 'silver.a': 'k,z' });
    expect(trace('select a.k, a.x from silver.a a join silver.c c on c.ck = a.k and c.x2 = a.x', ['k', 'x'])).toEqual({
      'silver.a': 'k,x',
      'silver.c': 'ck,x2',
    });
  });
});

describe('a query that cannot be made key by key', () => {
  it.each([
    ['select upper(k) as k, count(*) n from silver.a group by upper(k)', 'not simply a column'],
    ['select k, x from silver.a limit 3', '`LIMIT`'],
    ['select top 3 k from silver.a', '`TOP`'],
    ['select k from silver.a offset 3', '`OFFSET`'],
    ['select k, count(*) over () n from silver.a', 'A window function'],
    ['select k, count(*) over (partition by x) n from silver.a', 'A window function'],
    ['select k, count(*) over (partition by 1) n from silver.a', 'A window function'],
    ['select k, sum(x) over w s from silver.a window w as (partition by k)', '`WINDOWS`'],
    ['select k from silver.a qualify row_number() over (order by x) = 1', 'A window function'],
    ['select x as k, z, count(*) n from silver.a group by k, z', 'groups rows of different keys'],
    ['select k from silver.a group by rollup(k)', 'groups rows of different keys'],
    ['select b.k, a.x from silver.a a left join silver.b b on a.k = b.k', 'not simply a column'],
    ['select a.k from silver.a a full join silver.b b on a.k = b.k', 'A FULL JOIN'],
    ['select a.k from silver.a a right join silver.b b on a.k = b.k', 'A RIGHT JOIN'],
    ['select k, x from silver.a natural join silver.b', 'A NATURAL JOIN'],
    ['select a.k, a2.x from silver.a a left join silver.a a2 on a.x = a2.k', 'more than once'],
    ['select k from silver.a where x > (select avg(x) from silver.a)', 'more than once'],
    ['select k from silver.a except select k from silver.b', '`EXCEPT`'],
    ['select k from silver.a sample (10)', '`TABLE SAMPLE`'],
    ['with recursive r as (select k from silver.a) select k from r', '`RECURSIVE`'],
    ['select k from silver.a, lateral flatten(input => x) f', '`LATERAL` in FROM'],
    ['select a.k from silver.a a join (select k from silver.b limit 1) b on a.k = b.k', '`LIMIT`'],
  ])('%s', (sql, why) => {
    expect(trace(sql)).toContain(why);
  });

  it('has its key from more than one input', () => {
    expect(trace('select a.k, b.y from silver.a a cross join silver.b b', ['k', 'y'])).toContain('None of what it reads');
  });
});
