import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

const RETAIL = fileURLToPath(new URL('../../examples/retail', import.meta.url));

const PROJECT: Readonly<Record<string, string>> = {
  'snowmelt.config.ts': `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'tested',
  // Nothing answers here: tests need no source.
  source: { kind: 'snowflake', account: 'NOBODY', user: 'NOBODY', url: 'http://127.0.0.1:9', privateKey: { env: 'NOT_SET' }, database: 'NONE' },
  bronze: {
    orders: { table: 'ORDERS', mode: 'window', watermark: 'loaded_at', key: ['id'],
      columns: { id: 'NUMBER(10,0)', code: 'VARCHAR', amount: 'VARCHAR', ordered_at: 'TIMESTAMP_NTZ', loaded_at: 'TIMESTAMP_NTZ' } },
    people: { table: 'PEOPLE', mode: 'keys-diff', watermark: 'loaded_at', key: ['id'],
      columns: { id: 'NUMBER(10,0)', name: 'VARCHAR', loaded_at: 'TIMESTAMP_NTZ' } },
  },
  silver: {
    facts: { kind: 'event', eventTime: 'ordered_at', from: 'bronze.orders', key: ['id'], version: 'loaded_at',
      columns: { id: { type: 'NUMBER(10,0)' }, code: { type: 'VARCHAR', trim: true }, amount: { type: 'NUMBER(12,2)', range: { min: 0 } },
        ordered_at: { type: 'TIMESTAMP_NTZ', required: true }, loaded_at: { type: 'TIMESTAMP_NTZ' } },
      checks: [{ kind: 'rowCount', min: 1000 }] },
    latest: { kind: 'snapshot', from: 'bronze.orders', key: ['id'], version: 'loaded_at',
      columns: { id: { type: 'NUMBER(10,0)' }, amount: { type: 'NUMBER(12,2)', onFail: 'null', range: { max: 100 } }, loaded_at: { type: 'TIMESTAMP_NTZ' } } },
    people: { kind: 'snapshot', from: 'bronze.people', key: ['id'], columns: { id: { type: 'NUMBER(10,0)' }, name: { type: 'VARCHAR', case: 'upper' } } },
    big: { kind: 'event', eventTime: 'ordered_at', sql: 'models/big.sql' },
  },
  gold: {
    daily: { kind: 'event', eventTime: 'day', key: ['day'], sql: 'models/daily.sql' },
    totals: { kind: 'snapshot', sql: 'models/totals.sql' },
  },
});
`,
  'models/big.sql': 'select id, amount, ordered_at from silver.facts where amount > 10\n',
  'models/daily.sql':
    'select ordered_at::date as day, count(*) as orders, sum(amount)::number(18,2) as sales from silver.facts group by 1\n',
  'models/totals.sql':
    'select $logical_date::date as as_of, count(*) as orders, max(p.name) as best from silver.facts f left join silver.people p on p.id = f.id\n',
  'tests/all.yaml': `
- name: silver event from bronze, in batches
  dataset: silver.facts
  given:
    bronze.orders:
      - { id: 1, code: ' 007 ', amount: '10', ordered_at: 2026-01-05 10:00:00, loaded_at: 2026-01-06 }
      - { id: 2, amount: x, ordered_at: 2026-01-05 11:00:00, loaded_at: 2026-01-06 }
      - { id: 3, amount: -1, loaded_at: 2026-01-06 }
      - { _batch: 2, id: 1, code: 007, amount: '12', ordered_at: 2026-01-05 10:00:00, loaded_at: 2026-01-07 }
  expect:
    rows: [{ id: 1, code: '007', amount: 12 }]
    refused:
      - { id: 3, _reasons: [ordered_at: required, amount: range] }
      - { id: 2, amount: x, _reasons: 'amount: cast' }
    checks: [rowCount]
- name: silver snapshot of windows
  dataset: silver.latest
  given:
    bronze.orders: [{ id: 1, amount: '101', loaded_at: 2026-01-06 }, { id: 2, amount: '5', loaded_at: 2026-01-06 }]
  expect: { rows: [{ id: 2, amount: 5 }, { id: 1, amount: ~ }] }
- name: silver over a changelog
  dataset: silver.people
  given:
    bronze.people:
      - { id: 1, name: ann }
      - { id: 2, name: bob }
      - { _batch: 2, id: 1, name: ann, _deleted: true }
  expect: { rows: [{ id: 2, name: BOB }] }
- name: silver model
  dataset: silver.big
  given: { silver.facts: [{ id: 1, amount: 10.00, ordered_at: 2026-01-05 }, { id: 2, amount: 10.01, ordered_at: 2026-01-06 }] }
  expect: { rows: [{ id: 2 }] }
- name: gold event
  dataset: gold.daily
  given: { silver.facts: [{ amount: 1, ordered_at: 2026-01-05 }, { amount: 2, ordered_at: 2026-01-05 }, { amount: 4, ordered_at: 2026-01-06 }] }
  expect: { rows: [{ day: 2026-01-05, orders: 2, sales: 3 }, { day: 2026-01-06, orders: 1, sales: 4.00 }], ordered: true }
- name: gold snapshot, of what was known by its day
  dataset: gold.totals
  date: 2026-01-06
  given:
    silver.facts: [{ id: 1, ordered_at: 2026-01-05 }, { id: 2, ordered_at: 2026-01-07 }]
    silver.people: [{ id: 1, name: ANN }]
  expect: { rows: [{ as_of: 2026-01-06, orders: 1, best: ANN }] }
`,
  'tests/more.ts': `import { defineTests } from '@snowmelt/core';
import { at } from './shared/at.js';
export default defineTests([{
  name: 'from TypeScript', dataset: 'gold.daily',
  given: { 'silver.facts': [{ amount: 1.5, ordered_at: at }] },
  expect: { rows: [{ day: '2026-02-01', sales: '1.50' }] },
}]);
`,
  'tests/shared/at.js': `export const at = new Date('2026-02-01T12:00:00Z');\nexport default [];\n`,
  'tests/other-runner.test.ts': 'throw new Error("not ours");\n',
  'tests/one.json': `{"name": "from JSON", "dataset": "gold.daily", "given": {"silver.facts": [{"amount": 3, "ordered_at": "2026-01-05"}]}, "expect": {"rows": [{"sales": 3.00}]}}`,
};

describe('snowmelt test', () => {
  let folder = '';
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-unit-tests-'));
    for (const [path, text] of Object.entries(PROJECT)) await write(path, text);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const test = (...argv: string[]) => snowmelt(['test', '--project', folder, ...argv]);

  it('runs every kind of dataset from YAML, JSON and TypeScript, without a source and without a lake', async () => {
    const ended = await test('--json');
    const [last, ...tests] = [...jsonLines(ended.out)].reverse();
    expect(tests.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect({ ...ended, out: last }).toMatchObject({
      code: 0,
      err: '',
      out: { code: 'test/done', passed: 8, failed: 0, errors: 0, invalid: 0 },
    });
    await expect(readFile(join(folder, 'lake'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('runs only what is selected, and says what a name may have meant', async () => {
    expect((await test('--select', 'gold.*')).out).toContain('4 passed.');
    expect((await test('--select', 'tests/more.ts')).out).toContain('1 passed.');
    const missed = await test('--select', 'gold.dayly');
    expect(missed).toMatchObject({ code: 2, out: '' });
    expect(missed.err).toContain('Did you mean `gold.daily`?');
  });

  it('shows a failure cell by cell, ends with 1, and writes JUnit', async () => {
    await write(
      'tests/failing.yaml',
      `- name: fails & "shows" it
  dataset: gold.daily
  given: { silver.facts: [{ amount: 1, ordered_at: 2026-01-05 }, { amount: 2, ordered_at: 2026-01-06 }] }
  expect: { rows: [{ day: 2026-01-05, sales: 1.01 }, { day: 2026-01-07 }] }
`,
    );
    const junit = join(folder, 'junit.xml');
    const ended = await test('--select', 'tests/failing.yaml', '--junit', junit);
    expect(ended).toMatchObject({ code: 1, err: '' });
    expect(ended.out).toBe(`  ✗ gold.daily: fails & "shows" it  tests/failing.yaml:1
      rows:
        ~ changed     day=2026-01-05
            sales: expected 1.01, is 1.00
        - missing     day=2026-01-07
        + unexpected  day=2026-01-06 sales=2.00

1 failed, 0 passed.
`);
    const xml = await readFile(junit, 'utf8');
    expect(xml).toContain('tests="1" failures="1" errors="0"');
    expect(xml).toContain('name="fails &amp; &quot;shows&quot; it"');
    await rm(join(folder, 'tests/failing.yaml'));
  });

  it('fails a refusal that nobody expected, and a check that is broken or not', async () => {
    await write(
      'tests/refusal.yaml',
      `- name: silent
  dataset: silver.facts
  given: { bronze.orders: [{ id: 1, amount: -5, ordered_at: 2026-01-05 }] }
  expect: { rows: [], checks: [] }
`,
    );
    const { code, out } = await test('--select', 'silent');
    expect(code).toBe(1);
    expect(out).toMatch(
      /refused rows:\n {8}\+ unexpected {2}id=1 .*_reasons="amount: range"|refused rows:\n {8}\+ unexpected {2}id=1 .*amount: range/,
    );
    await rm(join(folder, 'tests/refusal.yaml'));
  });

  it('says what is wrong with a test and still runs the others', async () => {
    await write('tests/broken.yaml', '- name: [\n');
    await write('tests/typo.yaml', 'name: typo\ndataset: gold.daily\ngiven: { silver.facts: [{ amont: 1 }] }\nexpect: {}\n');
    await write('tests/value.yaml', 'name: value\ndataset: gold.daily\ngiven: { silver.facts: [{ amount: 1.005 }] }\nexpect: {}\n');
    await write('tests/input.yaml', 'name: input\ndataset: gold.daily\ngiven: { silver.fact: [] }\nexpect: {}\n');
    await write('tests/full.yaml', 'name: bronze\ndataset: bronze.orders\ngiven: {}\nexpect: {}\n');
    await write('tests/none.ts', 'export const tests = [];\n');
    const { code, out, err } = await test();
    expect(code).toBe(2);
    expect(out).toContain('4 could not run, 2 files could not be read, 8 passed.');
    for (const said of [
      'Did you mean `amount`?',
      '`amount` is not a NUMBER(12,2)',
      'Did you mean `silver.facts`?',
      'has no rules and no model',
    ])
      expect(out).toContain(said);
    expect(err).toContain('`tests/broken.yaml` is no YAML');
    expect(err).toContain('`tests/none.ts` exports no tests');
    expect(out + err).not.toContain('1.005');
  });

  it('runs those of the retail example', async () => {
    const { code, out } = await snowmelt(['test', '--project', RETAIL]);
    expect({ code, failed: out.includes('✗') }).toEqual({ code: 0, failed: false });
    expect(out).toMatch(/\n\n\d+ passed\.\n$/);
  });
});
