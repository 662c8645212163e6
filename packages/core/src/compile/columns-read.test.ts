import { describe, expect, it } from 'vitest';
import { datasetName } from '../layout/dataset-name.ts';
import { readModel } from '../sql/read-model.ts';
import { loadTranslator } from '../sql/translator.ts';
import { columnsRead } from './columns-read.ts';

const translator = await loadTranslator();
const columns = (...names: string[]) => names.map((name) => ({ name, type: { kind: 'bigint' as const } }));
const inputs = [
  { name: datasetName('silver', 'fact'), columns: columns('id', 'amount', 'note', 'day') },
  { name: datasetName('silver', 'dim'), columns: columns('id', 'label') },
];

function read(sql: string) {
  const model = readModel(translator, sql, 'm.sql');
  const parsed = translator.parse(model.sql);
  return parsed.kind === 'failed' ? parsed : columnsRead(parsed.statements[0], model.tokens, inputs);
}

describe('the columns that a query reads', () => {
  it.each([
    ['select sum(amount) as s from silver.fact', ['amount']],
    ['select count(*) as n from silver.fact', []],
    ['select count(*) as n from silver.fact where note = 1 group by day having max(id) > 1', ['id', 'note', 'day']],
    ['select F."amount" from silver.fact as F', ['amount']],
    ['select AMOUNT from SILVER.FACT order by Day limit 3', ['amount', 'day']],
    ['with x as (select id, amount from silver.fact) select * from x', ['id', 'amount']],
    ['select * from (select id from silver.fact) as t', ['id']],
    ['select id, row_number() over (partition by day order by note) as r from silver.fact', ['id', 'note', 'day']],
    ['select id from silver.fact union all select day from silver.fact', ['id', 'day']],
    ['select id from silver.fact where exists (select 1 from silver.fact as g where g.note = 2)', ['id', 'note']],
  ])('%s', (sql, names) => {
    expect(read(sql)).toEqual({ 'silver.fact': names, 'silver.dim': expect.any(Array) });
  });

  it.each([
    'select * from silver.fact',
    'select f.* from silver.fact as f',
    'select id from (select * from silver.fact) as t',
    'with x as (select f.*, d.label from silver.fact as f join silver.dim as d using (id)) select id from x',
    'select count(distinct f.*) as n from silver.fact as f',
    'select object_construct(*) as o from silver.fact',
    'select f from silver.fact as f',
    'select id from silver.fact natural join silver.dim',
    'select id from silver.fact union all select day from (select * exclude (note) from silver.fact) as t',
  ])('takes all of what is read by other ways than names: %s', (sql) => {
    expect(Object.keys(read(sql))).not.toContain('silver.fact');
  });

  it('tells the inputs apart', () => {
    expect(read('select f.id, d.label from silver.fact as f join silver.dim as d on d.id = f.id')).toEqual({
      'silver.fact': ['id'],
      'silver.dim': ['id', 'label'],
    });
    expect(read('select id from silver.fact')).toMatchObject({ 'silver.fact': ['id'] });
  });
});
