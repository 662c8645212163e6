import type { Answer } from './case.ts';

/** A query over the tables of `inputs.ts`: its rows as texts with `|` between the values, `∅` for NULL, in any order. */
export interface QueryCase {
  readonly sql: string;
  readonly answer: readonly string[] | Exclude<Answer, string | null>;
  readonly source: string;
}

const REFUSED = { refused: true } as const;
type Rows = readonly string[];

function from(source: string, cases: readonly (readonly [sql: string, answer: Rows | typeof REFUSED])[]): readonly QueryCase[] {
  return cases.map(([sql, answer]) => ({ sql, answer, source }));
}

/** Whole queries. */
export const QUERIES: readonly QueryCase[] = [
  ...from('constructs/qualify', [
    ['select s.* exclude (sold_at, amount, ratio, region, sold_on) from silver.sales s where id < 3', ['1|10', '2|10']],
    [
      'select id, person from silver.sales qualify row_number() over (partition by person order by id desc) = 1',
      ['2|10', '4|20', '5|∅', '6|30'],
    ],
    ['select p.* from silver.people as p qualify row_number() over (order by p.person desc) = 1', ['40|Émile|∅|∅']],
    ['select *, 1 as one from silver.people qualify row_number() over (order by person) = 1', ['10|Ann|2023-01-31|true|1']],
    [
      'select p.*, s.id from silver.people p join silver.sales s on s.person = p.person qualify rank() over (partition by p.person order by s.id) = 1',
      ['10|Ann|2023-01-31|true|1', '20|Bob|2023-12-31|false|3'],
    ],
    ['select id, row_number() over (order by id desc) as rn from silver.sales qualify rn <= 2', ['6|1', '5|2']],
    [
      'select region, count(*) as n from silver.sales group by region qualify row_number() over (order by count(*) desc, region) = 1',
      ['north|2'],
    ],
    [
      'with c as (select * from silver.sales) select c.* exclude (sold_at, amount, ratio, region, sold_on) from c qualify row_number() over (order by id) = 1',
      ['1|10'],
    ],
    ['select * from silver.people join silver.sales using (person) qualify row_number() over (order by id) = 1', REFUSED],
    ['select id from silver.sales where amount > 0 qualify sum(amount) over (order by id) > 30', ['2', '3', '6']],
  ]),
  ...from('constructs/order-by', [
    ['select id from silver.sales order by amount limit 1', ['5']],
    ['select id from silver.sales order by amount desc limit 1', ['4']],
    ['select id from silver.sales order by amount desc nulls last limit 1', ['6']],
    ['select id from silver.sales order by region nulls first, id limit 2', ['4', '6']],
    ['select id from silver.sales order by region desc, id limit 2', ['4', '2']],
    ['select id, row_number() over (order by amount desc) as r from silver.sales', ['1|4', '2|3', '3|5', '4|1', '5|6', '6|2']],
    ['select id, row_number() over (order by amount) as r from silver.sales', ['1|3', '2|4', '3|2', '4|6', '5|1', '6|5']],
    ['select id from silver.sales order by ratio desc nulls last, id limit 1', ['3']],
  ]),
  ...from('constructs/limit', [
    ['select id from silver.sales order by id limit 2', ['1', '2']],
    ['select id from silver.sales order by id limit 2 offset 3', ['4', '5']],
    ['select id from silver.sales order by id fetch first 1 row only', ['1']],
  ]),
  ...from('constructs/group-by', [
    ['select region, count(*) as n from silver.sales group by region', ['east|1', 'north|2', 'south|2', '∅|1']],
    ['select region, sum(amount) as s from silver.sales group by 1', ['east|100.00', 'north|15.25', 'south|15.25', '∅|∅']],
    [
      'select region, person, count(*) as n from silver.sales group by all',
      ['east|30|1', 'north|10|1', 'north|20|1', 'south|10|1', 'south|∅|1', '∅|20|1'],
    ],
    ['select region, count(*) as n from silver.sales group by region having count(*) > 1', ['north|2', 'south|2']],
    ['select ratio, count(*) as n from silver.sales where ratio = 0 group by ratio', ['0.0|2']],
    ['select month(sold_on) as m, count(*) as n from silver.sales group by month(sold_on)', ['1|3', '2|2', '3|1']],
    ['select count(*) as n, count(person) as p, count(distinct person) as d from silver.sales', ['6|5|3']],
    ['select count(*) as n, sum(amount) as s, max(region) as m from silver.sales where id > 99', ['0|∅|∅']],
    ['select count(distinct region, person) as n from silver.sales', ['4']],
  ]),
  ...from('constructs/group-by-rollup', [
    [
      'select region, count(*) as n from silver.sales where region is not null group by rollup (region)',
      ['east|1', 'north|2', 'south|2', '∅|5'],
    ],
    [
      'select region, person, count(*) as n from silver.sales where id < 3 group by cube (region, person)',
      ['north|10|1', 'north|∅|1', 'south|10|1', 'south|∅|1', '∅|10|2', '∅|∅|2'],
    ],
    ['select region, grouping(region) as g from silver.sales where id < 3 group by rollup (region)', ['north|0', 'south|0', '∅|1']],
    [
      'select region, person, count(*) as n from silver.sales where id < 3 group by grouping sets ((region), (person))',
      ['north|∅|1', 'south|∅|1', '∅|10|2'],
    ],
  ]),
  ...from('constructs/join', [
    ['select s.id, p.name from silver.sales s join silver.people p on p.person = s.person', ['1|Ann', '2|Ann', '3|Bob', '4|Bob']],
    ['select s.id, p.name from silver.sales s left join silver.people p on p.person = s.person where s.id > 4', ['5|∅', '6|∅']],
    ['select s.id, p.name from silver.sales s right join silver.people p on p.person = s.person where p.person > 20', ['∅|Émile']],
    [
      'select s.id, p.name from silver.sales s full join silver.people p on p.person = s.person where s.id is null or p.person is null',
      ['5|∅', '6|∅', '∅|Émile'],
    ],
    ['select person, id, name from silver.sales join silver.people using (person) where id < 3', ['10|1|Ann', '10|2|Ann']],
    [
      'select p.name, q.name as other from silver.people p cross join silver.people q where p.person < q.person',
      ['Ann|Bob', 'Ann|Émile', 'Bob|Émile'],
    ],
    ['select a.id, b.id as next from silver.sales a join silver.sales b on b.id = a.id + 1 and b.region = a.region', []],
  ]),
  ...from('operators-query', [
    ['select person from silver.people union select person from silver.sales where person is not null', ['10', '20', '30', '40']],
    ['select person from silver.people union all select person from silver.people', ['10', '10', '20', '20', '40', '40']],
    ['select person from silver.people intersect select person from silver.sales', ['10', '20']],
    ['select person from silver.people except select person from silver.sales', ['40']],
    ['select person from silver.sales minus select person from silver.people', ['30', '∅']],
  ]),
  ...from('operators-subquery', [
    ['select name from silver.people p where exists (select 1 from silver.sales s where s.person = p.person)', ['Ann', 'Bob']],
    ['select name from silver.people p where not exists (select 1 from silver.sales s where s.person = p.person)', ['Émile']],
    ['select name from silver.people where person in (select person from silver.sales)', ['Ann', 'Bob']],
    ['select name from silver.people where person not in (select person from silver.sales)', []],
    [
      'select name, (select max(s.amount) from silver.sales s where s.person = p.person) as best from silver.people p',
      ['Ann|20.50', 'Bob|5.25', 'Émile|∅'],
    ],
    ['select id from silver.sales where amount = (select max(amount) from silver.sales)', ['6']],
  ]),
  ...from('constructs/with', [
    [
      'with a as (select person, count(*) as n from silver.sales group by person), b as (select * from a where n > 1) select b.* from b',
      ['10|2', '20|2'],
    ],
    ['with recursive_free as (select 1 as x union all select 2) select sum(x) as s from recursive_free', ['3']],
    ['select t.x from (values (1), (2)) as t(x) where t.x > 1', ['2']],
  ]),
  ...from('functions/lag', [
    ['select id, lag(amount) over (order by id) as before from silver.sales where id < 4', ['1|∅', '2|10.00', '3|20.50']],
    ['select id, lead(id, 2, 0) over (order by id) as later from silver.sales where id < 4', ['1|3', '2|0', '3|0']],
    [
      'select id, sum(amount) over (order by id rows between 1 preceding and current row) as s from silver.sales where id < 4',
      ['1|10.00', '2|30.50', '3|25.75'],
    ],
    [
      'select id, first_value(id) over (partition by region order by id) as f from silver.sales where region is not null',
      ['1|1', '2|2', '3|1', '5|2', '6|6'],
    ],
    [
      'select id, last_value(id) over (partition by region order by id rows between unbounded preceding and unbounded following) as l from silver.sales where region is not null',
      ['1|3', '2|5', '3|3', '5|5', '6|6'],
    ],
    ['select id, last_value(id) over (partition by region order by id) as l from silver.sales', REFUSED],
    [
      'select id, rank() over (order by region) as r, dense_rank() over (order by region) as d from silver.sales where region is not null',
      ['1|2|2', '2|4|3', '3|2|2', '5|4|3', '6|1|1'],
    ],
    ['select id, ntile(2) over (order by id) as t from silver.sales where id < 4', ['1|1', '2|1', '3|2']],
    [
      'select id, percent_rank() over (order by id) as p, cume_dist() over (order by id) as c from silver.sales where id in (1, 2)',
      ['1|0.0|0.5', '2|1.0|1.0'],
    ],
    ['select id, count(*) over (partition by region) as n from silver.sales where id < 4', ['1|2', '2|1', '3|2']],
    ['select id, max(amount) over () as m from silver.sales where id < 3', ['1|20.50', '2|20.50']],
  ]),
  ...from('functions/listagg', [
    ["select listagg(region, ',') within group (order by region) as l from silver.sales", ['east,north,north,south,south']],
    ["select listagg(distinct region, ',') within group (order by region) as l from silver.sales", ['east,north,south']],
    ["select listagg(region, '-') within group (order by id desc) as l from silver.sales where id < 4", ['north-south-north']],
    ["select '[' || listagg(region, ',') within group (order by id) || ']' as l from silver.sales where id > 99", ['[]']],
    [
      "select region, listagg(id::varchar, '+') within group (order by sold_on) as l from silver.sales where region = 'north' group by region",
      ['north|1+3'],
    ],
  ]),
  ...from('functions/median', [
    ['select median(amount) as m from silver.sales', ['10.0']],
    ['select percentile_cont(0.25) within group (order by amount) as p from silver.sales', ['5.25']],
    ['select region, median(id) as m from silver.sales where region is not null group by region', ['east|6.0', 'north|2.0', 'south|3.5']],
    ['select approx_percentile(amount, 0.5) as m from silver.sales', REFUSED],
  ]),
  ...from('functions/stddev', [
    ['select stddev(id) as s, var_pop(id) as v from silver.sales where id < 4', ['1.0|0.6666666666666666']],
    ['select stddev(id) as s from silver.sales where id = 1', ['∅']],
    ['select stddev_samp(id) as s, variance(id) as v, var_samp(id) as w from silver.sales where id < 4', ['1.0|1.0|1.0']],
    ['select stddev_pop(id) as s from silver.sales where id in (1, 3)', ['1.0']],
    ['select covar_pop(id, person) as c, covar_samp(id, person) as d from silver.sales where id in (1, 3)', ['5.0|10.0']],
    ['select avg(id::float) as a from silver.sales', ['3.5']],
    ['select avg(amount) as a from silver.sales', REFUSED],
    ['select corr(id, person) as c from silver.sales where id in (1, 3)', ['1.0']],
  ]),
  ...from('functions/count_if', [
    ["select count_if(region = 'north') as n from silver.sales", ['2']],
    ['select booland_agg(id > 0) as a, boolor_agg(id > 5) as o from silver.sales', ['true|true']],
    ['select max_by(region, id) as r, min_by(region, id) as s from silver.sales', ['east|north']],
    ['select max_by(region, id) as r from silver.sales where id < 5', ['∅']],
    [
      'select min(region) as a, max(sold_on) as b, min(is_active) as c from silver.sales left join silver.people using (person)',
      ['east|2024-03-01|false'],
    ],
  ]),
  ...from('functions/dateadd', [
    ['select id, dateadd(month, 1, sold_on) as d from silver.sales where id in (1, 5)', ['1|2024-02-01', '5|2024-03-29']],
    ['select person, datediff(day, joined_on, $logical_date) as days from silver.people', ['10|365', '20|31', '40|∅']],
    ['select id from silver.sales where sold_on >= dateadd(day, -30, $logical_date) and sold_at::date <= $logical_date', ['1', '2', '3']],
    ['select id, sold_on - $logical_date as days from silver.sales where id = 5', ['5|29']],
    [
      'with c as (select id, date_trunc(month, sold_on) as m from silver.sales) select id, dateadd(day, -1, m) as d from c where id > 4',
      ['5|2024-01-31', '6|2024-02-29'],
    ],
  ]),
  ...from('operators-arithmetic', [
    ['select id, amount * 2 as a, amount + id as b from silver.sales where id = 2', ['2|41.00|22.50']],
    ['select id, round(amount::float / 3, 2)::number(12, 2) as third from silver.sales where id < 4', ['1|3.33', '2|6.83', '3|1.75']],
    ['select id, amount / 3 as third from silver.sales', REFUSED],
    ['select id, ratio / 2 as half from silver.sales where id = 2', ['2|0.75']],
    ['select sum(amount)::number(18, 1) as s from silver.sales', ['130.5']],
    ["select id, iff(amount is null, 'none', amount::varchar) as a from silver.sales where id in (1, 4)", ['1|10.00', '4|none']],
    ['select distinct region, person from silver.sales where id < 3', ['north|10', 'south|10']],
    ['select * replace (upper(name) as name) from silver.people where person = 10', ['10|ANN|2023-01-31|true']],
    ['select p.* rename (name as who) from silver.people as p where person = 20', ['20|Bob|2023-12-31|false']],
    ['select upper(name) as u, lower(name) as l, length(name) as n from silver.people where person = 40', ['ÉMILE|émile|5']],
  ]),
];
