import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles } from './compare-lakes.ts';
import { fillSmallSource, openTestProject, SMALL_PIPELINE, type TestProject } from './project.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

const RETAIL = fileURLToPath(new URL('../../examples/retail', import.meta.url));

describe('snowmelt on the command line', () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await openTestProject(SMALL_PIPELINE);
    await fillSmallSource(project.server);
  });
  afterAll(() => project.close());

  const run = (...argv: string[]) => snowmelt([...argv, '--project', project.folder], { env: project.env });

  it('explains itself', async () => {
    const help = await snowmelt(['--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const command of [
      'init',
      'check',
      'plan',
      'run',
      'backfill',
      'status',
      'query',
      'show',
      'history',
      'diff',
      'rollback',
      'vacuum',
      'doctor',
    ]) {
      expect(help.out).toContain(`\n  ${command}`);
      expect((await snowmelt([command, '--help'])).out).toContain(`snowmelt ${command}`);
    }
    expect(await snowmelt(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n' });
  });

  it.each([
    [['rnu'], 'cli/usage', 'Did you mean `run`?'],
    [['run', '--dat', '2026-01-01'], 'cli/usage', 'Did you mean `--date`?'],
    [['run', '--date', '2026-02-30'], 'cli/usage', 'Write a date as YYYY-MM-DD.'],
    [['run', '--concurrency', '0'], 'cli/usage', 'Example: --concurrency'],
    [['query'], 'cli/usage', 'snowmelt query --help'],
    [['backfill'], 'cli/usage', 'Example: snowmelt backfill'],
    [['show', 'gold.daily_sale'], 'lake/unknown-dataset', 'Did you mean `gold.daily_sales`?'],
  ])('answers %j with what to do', async (argv, code, hint) => {
    const ended = await run(...argv);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(`error[${code}]`);
    expect(ended.err).toContain(hint);
  });

  it('plans without touching anything', async () => {
    const ended = await run('plan', '--date', '2026-01-02');
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toContain('missing: never extracted');
    expect(await listFiles(project.lake)).toEqual([]);
  });

  it('runs, says what it did, and has then nothing to do', async () => {
    const first = await run('run', '--date', '2026-01-02');
    expect(first).toMatchObject({ code: 0 });
    expect(first.out).toMatch(/silver\.fact_orders +5 +4 +1 /);
    const before = await listFiles(project.lake);
    const second = await run('run', '--date', '2026-01-02');
    expect(second).toMatchObject({ code: 0, out: expect.stringContaining('Nothing to do') });
    expect(await listFiles(project.lake)).toEqual(before);
    expect((await run('plan', '--date', '2026-01-02')).out).toContain('Nothing to do');
  });

  it('answers queries with exact values, as a table and as JSON', async () => {
    const sql = 'SELECT sale_date, orders, sales FROM gold.daily_sales ORDER BY ALL';
    const lines = jsonLines((await run('query', sql, '--json')).out);
    expect(lines.map(({ sale_date, orders, sales }) => [sale_date, Number(orders), String(sales)])).toEqual([
      ['2026-01-01', 3, '80.75'],
      ['2026-01-02', 1, '40.00'],
    ]);
    expect((await run('query', sql)).out).toMatch(/2026-01-01 +3 +80\.75/);
    expect(jsonLines((await run('query', 'FROM silver.fact_orders__quarantine', '--json')).out)).toMatchObject([
      { _reasons: 'amount: range' },
    ]);
    expect(await run('query', 'DROP TABLE gold.daily_sales')).toMatchObject({ code: 2 });
    expect(await run('query', 'SELECT nope FROM gold.daily_sales')).toMatchObject({ code: 2 });
  });

  it('takes in late and corrected rows and restates only the days they touch', async () => {
    const ended = await run('backfill', '--from', '2026-01-03', '--to', '2026-01-03', '--json');
    const outcomes = jsonLines(ended.out).flatMap((line) =>
      line['code'] === 'step/finished' ? [line['outcome'] as Record<string, unknown>] : [],
    );
    expect(outcomes.map(({ dataset, partitions }) => [dataset, partitions])).toEqual([
      ['bronze.orders', 1],
      ['silver.fact_orders', 2],
      ['gold.daily_sales', 2],
    ]);
    const lines = jsonLines((await run('query', 'SELECT sales FROM gold.daily_sales ORDER BY sale_date', '--json')).out);
    expect(lines.map(({ sales }) => sales)).toEqual(['81.75', '40.00', '60.00']);
  });

  it('shows status, datasets and health', async () => {
    expect((await run('status')).out).toMatch(/gold\.daily_sales +3 +3 +2026-01-03/);
    const shown = (await run('show', 'gold.daily_sales')).out;
    expect(shown).toContain('silver.fact_orders.amount');
    expect(shown).toContain('gold/year=2026/month=01/day=03/daily_sales/');
    const doctor = await run('doctor');
    expect(doctor).toMatchObject({ code: 0 });
    expect(doctor.out).toMatch(/source/);
  });

  it('prints nothing with --quiet, and only JSON lines with --json', async () => {
    expect(await run('run', '--date', '2026-01-04', '-q')).toMatchObject({ code: 0, out: '', err: '' });
    const json = await run('run', '--date', '2026-01-05', '--json');
    expect(json.err).toBe('');
    expect(jsonLines(json.out).map(({ code }) => code)).toContain('run/finished');
  });

  it('vacuums only what nobody can read any more', async () => {
    const before = await listFiles(project.lake);
    expect((await run('vacuum')).out).toContain('Removed 0 files');
    expect(await listFiles(project.lake)).toEqual(before);
  });

  it('writes a starter that compiles, and overwrites nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'snowmelt-init-'));
    try {
      expect(await snowmelt(['init', 'shop'], { cwd: folder })).toMatchObject({ code: 0 });
      expect((await snowmelt(['check', '--project', 'shop'], { cwd: folder })).out).toContain('3 datasets');
      expect(await snowmelt(['init', 'shop'], { cwd: folder })).toMatchObject({ code: 2, err: expect.stringContaining('cli/exists') });
      expect(await snowmelt(['check'], { cwd: folder })).toMatchObject({ code: 2, err: expect.stringContaining('config/not-found') });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('snowmelt check', () => {
  it('passes the retail example', async () => {
    expect(await snowmelt(['check', '--project', RETAIL])).toMatchObject({
      code: 0,
      out: 'retail: 9 datasets, 94 columns, 30 checks. No errors.\n',
    });
  });

  it('reports every planted mistake at once, each with a place and a hint', async () => {
    const config = await readFile(join(RETAIL, 'snowmelt.config.ts'), 'utf8');
    const project = await openTestProject({
      'snowmelt.config.ts': config.replace("sql: 'models/ml_features.sql'", "sql: 'models/ml_feature.sql'"),
      'models/sales_summary.sql':
        'select invoiced_at::date as sale_date, country, sum(description) as x\nfrom silver.fact_orders group by 1, 2\n',
      'models/customer_analytics.sql': 'select customer_id,\n  sum(amonut) as spent\nfrom silver.fact_orders group by 1\n',
    });
    try {
      const ended = await snowmelt(['check', '--project', project.folder]);
      expect(ended).toMatchObject({ code: 2, out: '' });
      expect(ended.err).toContain('error[compile/type-error]');
      expect(ended.err).toContain('models/sales_summary.sql:1:49 (gold.sales_summary)');
      expect(ended.err).toContain('error[compile/unknown-column]: There is no column `amonut` here.');
      expect(ended.err).toContain('models/customer_analytics.sql:2:7 (gold.customer_analytics)');
      expect(ended.err).toContain('Did you mean `amount`?');
      expect(ended.err).toContain('error[compile/file-not-found]');
      expect(ended.err).toContain('3 errors.');
    } finally {
      await project.close();
    }
  });

  it.each([
    ['a misspelt key', { watermark: 'watermrk' }, 'config/unknown-key', 'Did you mean `watermark`?'],
    ['a broken file', { 'export default': 'export defualt' }, 'config/load-failed', 'snowmelt.config.ts:'],
    [
      'no pipeline',
      { 'export default definePipeline(': 'export const pipeline = definePipeline(' },
      'config/no-pipeline',
      'export default',
    ],
  ])('names %s', async (_what, edits, code, text) => {
    const project = await openTestProject(SMALL_PIPELINE);
    try {
      let config = SMALL_PIPELINE['snowmelt.config.ts'] ?? '';
      for (const [from, to] of Object.entries(edits)) config = config.replace(from, to);
      await writeFile(join(project.folder, 'snowmelt.config.ts'), config);
      const ended = await snowmelt(['check', '--project', project.folder]);
      expect(ended).toMatchObject({ code: 2, out: '' });
      expect(ended.err).toContain(code);
      expect(ended.err).toContain(text);
    } finally {
      await project.close();
    }
  });

  it('names a circle', async () => {
    const project = await openTestProject({
      ...SMALL_PIPELINE,
      'snowmelt.config.ts': (SMALL_PIPELINE['snowmelt.config.ts'] ?? '').replace(
        "sql: 'models/daily_sales.sql' }",
        "sql: 'models/daily_sales.sql' }, b: { kind: 'snapshot', sql: 'models/b.sql' }, c: { kind: 'snapshot', sql: 'models/c.sql' }",
      ),
      'models/b.sql': 'select x from gold.c\n',
      'models/c.sql': 'select x from gold.b\n',
    });
    try {
      const ended = await snowmelt(['check', '--project', project.folder]);
      expect(ended.err).toContain('error[compile/cycle]: Datasets read each other in a circle: gold.b → gold.c → gold.b.');
    } finally {
      await project.close();
    }
  });
});
