import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines } from './run-snowmelt.ts';
import { openShop, type Shop } from './shop.ts';

const CONFIG = 'snowmelt.config.ts';
const DAY = ['--date', '2026-01-03'];
const AMOUNT = "amount: { type: 'NUMBER(12,2)' }";

describe('columns that change', () => {
  let shop: Shop;
  const opened: Shop[] = [];
  beforeEach(async () => {
    shop = await openShop();
    opened.push(shop);
  });
  afterAll(async () => {
    for (const one of opened) await one.close();
  });
  const files = async () =>
    (await readdir(join(shop.folder, 'lake'), { recursive: true }))
      .filter((file) => file.endsWith('.json') || file.endsWith('.parquet'))
      .sort();

  it('are proposed with what is behind them, by plan and check, and told by the run', async () => {
    await shop.say('run', ...DAY);
    const before = await files();
    await shop.edit(CONFIG, AMOUNT, "amount: { type: 'NUMBER(14,4)' }, is_large: { type: 'BOOLEAN', expr: 'amount > 25' }");
    await shop.edit(CONFIG, "customer: { type: 'VARCHAR' }", "buyer: { from: 'customer', renamedFrom: 'customer', type: 'VARCHAR' }");
    await shop.edit('models/latest.sql', /customer/g, 'buyer');
    await shop.edit('models/notes.sql', 'count(*) as n', 'count(*)::number(6,0) as n, max(amount) as most');
    const proposal = `silver.fact_orders: its columns are no longer those of version 1 in the lake.
  ~ customer renamed to buyer
  ~ amount widened from NUMBER(12,2) to NUMBER(14,4)
  + is_large added (BOOLEAN)
  affects silver.latest.buyer, gold.daily_sales.sales, gold.notes.most
  history: all 3 days are made again from bronze.orders
`;
    expect(await shop.say('check')).toContain(proposal);
    const planned = await shop.say('plan', ...DAY);
    expect(planned).toContain(proposal);
    expect(planned).toMatch(
      /silver.latest: its columns.*\n {2}\+ buyer added \(VARCHAR\)\n {2}- customer dropped \(VARCHAR\)\n.*history: the snapshot of the run is made again; those of other days keep/,
    );
    expect(jsonLines(await shop.say('plan', ...DAY, '--json'))[0]?.['evolution']).toContainEqual(
      expect.objectContaining({
        dataset: 'silver.fact_orders',
        changes: expect.arrayContaining([{ kind: 'renamed', column: 'buyer', before: 'customer', to: { kind: 'varchar' } }]),
      }),
    );
    expect(await files()).toEqual(before);
    expect(await shop.say('run', ...DAY)).toMatch(/! silver.fact_orders: `customer` renamed to `buyer`, `amount` widened/);
    expect(await shop.rows('select buyer, amount, is_large from silver.fact_orders order by id limit 1')).toEqual([
      { buyer: 'ann', amount: '10.5000', is_large: false },
    ]);
    expect(await shop.say('check')).not.toContain('no longer');
  });

  it('are never cast: a narrower type meets the values of the source', async () => {
    await shop.say('run', ...DAY);
    await shop.edit(CONFIG, AMOUNT, "amount: { type: 'NUMBER(3,2)', onFail: 'quarantine' }");
    expect(await shop.say('plan', ...DAY)).toContain('! amount narrowed from NUMBER(12,2) to NUMBER(3,2)');
    await shop.say('run', ...DAY);
    // None of the amounts fits; each row is set aside with the reason.
    expect(await shop.rows('select count(*) as n from silver.fact_orders')).toEqual([{ n: 0 }]);
    expect(await shop.rows('select count(*) as n, min(_reasons) as why from silver.fact_orders__quarantine')).toEqual([
      { n: 4, why: 'amount: cast' },
    ]);
  });

  it('may not change where the policy says so, and nothing is touched then', async () => {
    await shop.edit(CONFIG, "key: ['id'], version", "evolution: 'compatible', key: ['id'], version");
    await shop.say('run', ...DAY);
    const before = await files();
    await shop.edit(CONFIG, AMOUNT, "amount: { type: 'NUMBER(14,2)' }, twice: { type: 'NUMBER(14,2)', expr: 'amount * 2' }");
    expect(await shop.say('check')).toMatch(/twice added[\s\S]*No errors/);
    await shop.edit(CONFIG, "note: { type: 'VARCHAR' },", '');
    await shop.edit('models/notes.sql', / where.*/, '');
    const refused =
      /evolution\/refused.*: The columns of silver.fact_orders may not change like this \(evolution: compatible\): `note` dropped/;
    for (const command of [['check'], ['plan', ...DAY], ['run', ...DAY]]) expect(await shop.fail(...command)).toMatch(refused);
    expect(await shop.fail('check')).toContain('evolution/refused');
    expect(await files()).toEqual(before);
    expect(await shop.made('run', ...DAY, '--exclude', 'fact_orders+')).toEqual([]);
    await shop.edit(CONFIG, "evolution: 'compatible'", "evolution: 'freeze'");
    expect(await shop.fail('run', ...DAY)).toMatch(/`amount` widened from .*, `twice` added .*, `note` dropped/);
    await shop.edit(CONFIG, "evolution: 'freeze'", "evolution: 'any'");
    await shop.say('run', ...DAY);
  });

  it('of a contract need a higher version', async () => {
    const contract = (version: number, names: string) =>
      `daily_sales: { contract: { version: ${version}, protected: [${names}] }, kind: 'event'`;
    await shop.edit(CONFIG, "daily_sales: { kind: 'event'", contract(1, "'sales'"));
    await shop.say('run', ...DAY);
    await shop.edit('models/daily_sales.sql', '::number(18,2)', '::number(20,2)');
    expect(await shop.fail('run', ...DAY)).toMatch(
      /evolution\/protected-column.*The contract of gold.daily_sales \(version 1\) does not allow this: `sales` widened from NUMBER\(18,2\) to NUMBER\(20,2\)[\s\S]*version: 2/,
    );
    expect(await shop.fail('plan', ...DAY)).toContain('evolution/protected-column');
    await shop.edit('models/daily_sales.sql', 'as sales', 'as revenue');
    expect(await shop.fail('run', ...DAY)).toContain('compile/unknown-column');
    await shop.edit(CONFIG, "protected: ['sales']", "protected: ['revenue']");
    expect(await shop.fail('check')).toMatch(/`sales` dropped/);
    await shop.edit(CONFIG, / contract: \{.*?\},/, '');
    expect(await shop.fail('check')).toMatch(/`sales` dropped/);
    await shop.edit('models/daily_sales.sql', '::number(20,2) as revenue', '::number(18,2) as sales');
    expect(await shop.fail('check')).toMatch(/`sales` is protected no more/);
    await shop.edit('models/daily_sales.sql', 'as sales', 'as revenue');
    await shop.edit(CONFIG, "daily_sales: { kind: 'event'", contract(2, "'revenue'"));
    await shop.say('run', ...DAY);
    expect(await shop.rows('select sum(revenue) as r from gold.daily_sales')).toEqual([{ r: '100.75' }]);
    await shop.edit(CONFIG, 'version: 2', 'version: 1');
    expect(await shop.fail('check')).toMatch(/its version went back from 2 to 1/);
  });
});
