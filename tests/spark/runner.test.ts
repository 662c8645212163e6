import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { datasetName, logicalDate, objectKey, sparkStep, sqlText } from '@snowmelt/core/ports';
import { readTestParquet, writeTestParquet } from '@snowmelt/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testSparkEnvironment, whyNoSpark } from '../../packages/local/test-support/test-spark.ts';
import { pythonEnvironment } from '../../scripts/python-environment.mjs';

const run = promisify(execFile);
const MINUTES = 60_000;
const RUNNER = fileURLToPath(new URL('../../spark-runner', import.meta.url));
const MYPY = '1.18.2';
const missing = whyNoSpark();
if (missing !== undefined) console.warn(`\n*** The Spark runner is NOT run as a job here: ${missing}. ***\n`);

describe.skipIf(missing !== undefined)('the Spark runner as a job', () => {
  let folder = '';
  let python = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-job-'));
    python = join(await testSparkEnvironment(), 'bin', 'python');
  }, 10 * MINUTES);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Runs a step as Glue runs its script: with arguments of Glue's own around ours. */
  const runJob = async (sql: string, env: Readonly<Record<string, string>> = {}) => {
    const input = objectKey('bronze/b1/part-0.parquet');
    const columns = [
      { name: 'id', type: { kind: 'bigint' } },
      { name: 'email', type: { kind: 'varchar' } },
    ] as const;
    await writeTestParquet(join(folder, input), columns, [
      ['1', "'secret-a'"],
      ['2', "'secret-b'"],
      ['3', 'NULL'],
    ]);
    const both = (text: string) => ({ duckdb: sqlText(text), spark: sqlText(text) });
    const step = sparkStep(
      {
        dataset: datasetName('silver', 'people'),
        stages: [
          {
            kind: 'input',
            input: { relation: 'people', dataset: datasetName('bronze', 'people'), columns, files: [input], batchColumn: true },
          },
          { kind: 'table', name: '_rows', sql: both(sql) },
        ],
        outputs: [
          {
            part: 'rows',
            from: '_rows',
            columns,
            sortBy: ['id'],
            partition: { kind: 'by', only: [logicalDate('2024-01-01'), logicalDate('2024-01-02')] },
            prefix: 'silver/year={year}/month={month}/day={day}/people/{attempt}',
          },
        ],
        checks: [{ checks: ['missing'], sql: both('SELECT COUNT(*) - COUNT(email) FROM _rows') }],
        measurement: { byDay: true, measures: [{ id: 'greatest', sql: both('MAX(id)') }] },
        accounting: both(
          "SELECT _day AS day, COUNT(*) AS rows_read, array_join(collect_set(_batch), ',') AS batches FROM _rows GROUP BY 1",
        ),
      },
      { attempt: 'a1', root: `${folder}/`, staging: join(folder, '.tmp', 'x'), locate: (key) => join(folder, key) },
    );
    const [stepFile, reportFile] = [join(folder, 'step.json'), join(folder, 'report.json')];
    // Of each test its own: what an attempt has put in its place is never written over.
    await rm(join(folder, 'silver'), { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(stepFile, JSON.stringify(step));
    const glue = ['--JOB_NAME', 'people', '--enable-metrics', 'true', '--snowmelt-step', stepFile, '--TempDir', folder];
    const ended = await run(python, [join(RUNNER, 'glue_job.py'), ...glue, `--snowmelt-report=${reportFile}`], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', SPARK_LOCAL_IP: '127.0.0.1', ...env },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
      (error) => ({ code: Number(error.code), said: String(error.stdout) + String(error.stderr) }),
    );
    return { ...ended, report: JSON.parse(await readFile(reportFile, 'utf8')) };
  };
  const DAY = "DATE '2024-01-01' AS _day, _batch";

  it('reads the step, writes the files of each day in their place, and reports', { timeout: 5 * MINUTES }, async () => {
    const { code, report } = await runJob(`SELECT id, email, ${DAY} FROM people`);
    expect(code).toBe(0);
    const path = join(folder, 'silver/year=2024/month=01/day=01/people/a1/part-0.parquet');
    expect(report).toMatchObject({
      outputs: [
        {
          part: 'rows',
          partitions: [
            { day: '2024-01-01', rows: 3, files: [{ path, rows: 3 }] },
            { day: '2024-01-02', rows: 0, files: [] },
          ],
        },
      ],
      accounts: [{ day: '2024-01-01', rowsRead: 3, batches: ['b1'] }],
      violations: { missing: 1 },
      measured: [{ day: '2024-01-01', figures: { greatest: 3 } }],
      metrics: { tasks: expect.any(Number), shuffleBytes: expect.any(Number) },
    });
    expect(await readTestParquet(path)).toEqual([
      ['1', 'secret-a'],
      ['2', 'secret-b'],
      ['3', null],
    ]);
  });

  it('tells of a failure without the value, and of rows outside their days', { timeout: 5 * MINUTES }, async () => {
    const { code, report } = await runJob(`SELECT CAST(email AS BIGINT) AS id, email, ${DAY} FROM people`);
    expect(code).not.toBe(0);
    expect(report.failure).toMatchObject({ kind: 'value', errorClass: 'CAST_INVALID_INPUT', fragment: 'CAST(email AS BIGINT)' });
    expect(JSON.stringify(report)).not.toContain('secret');
    const outside = await runJob("SELECT id, email, DATE '2024-02-01' AS _day, _batch FROM people");
    expect(outside.report.failure).toMatchObject({ kind: 'outside', rows: 3 });
  });

  it('hashes by a key that it finds in its environment, and shows it nowhere', { timeout: 5 * MINUTES }, async () => {
    const pads = { pii: { inner: '36'.repeat(64), outer: '5c'.repeat(64) } };
    const hash = "sha2(concat(snowmelt_key_pii_outer, unhex(sha2(concat(snowmelt_key_pii_inner, encode(email, 'UTF-8')), 256))), 256)";
    const { code, report, said } = await runJob(`SELECT id, ${hash} AS email, ${DAY} FROM people`, {
      SNOWMELT_STEP_KEYS: JSON.stringify(pads),
    });
    expect({ code, failure: report.failure }).toEqual({ code: 0, failure: undefined });
    for (const pad of [pads.pii.inner, pads.pii.outer]) expect(`${said}${JSON.stringify(report)}`).not.toContain(pad);
    const [[, value] = []] = await readTestParquet(join(folder, 'silver/year=2024/month=01/day=01/people/a1/part-0.parquet'));
    const { createHmac } = await import('node:crypto');
    expect(value).toBe(createHmac('sha256', '').update('secret-a').digest('hex'));
  });

  it('is typed', { timeout: 10 * MINUTES }, async () => {
    const mypy = await pythonEnvironment('mypy', MYPY, fileURLToPath(new URL('../../.cache', import.meta.url)));
    const checked = await run(mypy, [
      '-m',
      'mypy',
      '--strict',
      '--python-executable',
      python,
      '--cache-dir',
      join(folder, 'mypy'),
      RUNNER,
    ]).then(
      ({ stdout }) => stdout,
      (error) => String(error.stdout),
    );
    expect(checked).toContain('Success: no issues found');
  });
});
