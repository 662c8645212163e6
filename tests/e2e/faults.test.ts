import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateKeyPair } from 'snowflake-local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences, listFiles } from './compare-lakes.ts';
import { fillSmallSource, openTestProject, SMALL_PIPELINE, type TestProject } from './project.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

const execute = promisify(execFile);

/** A digest of the data files and table logs of a lake; run records change with every run. */
async function digest(lake: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of await listFiles(lake)) {
    if (path.startsWith('artifacts/logs/')) continue;
    hash.update(path).update(await readFile(join(lake, path)));
  }
  return hash.digest('hex');
}

describe('faults', () => {
  let project: TestProject;
  beforeEach(async () => {
    project = await openTestProject(SMALL_PIPELINE);
    await fillSmallSource(project.server);
    expect(await run('run', '--date', '2026-01-01', '-q')).toMatchObject({ code: 0 });
  });
  afterEach(() => project.close());

  const run = (...argv: string[]) => snowmelt([...argv, '--project', project.folder], { env: project.env });

  it('names a source that cannot be reached, and leaves the lake as it was', { timeout: 60_000 }, async () => {
    const before = await digest(project.lake);
    const ended = await snowmelt(['run', '--date', '2026-01-02', '--retries', '0', '--project', project.folder], {
      env: { ...project.env, SNOWFLAKE_URL: 'http://127.0.0.1:9' },
    });
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('error[source/unreachable]');
    expect(ended.err).toContain('127.0.0.1');
    expect(await digest(project.lake)).toBe(before);
    expect(await run('run', '--date', '2026-01-02', '-q')).toMatchObject({ code: 0 });
  });

  it('names a key that the source does not accept, and never prints it', async () => {
    const { privateKeyPem: privateKey } = generateKeyPair();
    const ended = await snowmelt(['run', '--date', '2026-01-02', '--project', project.folder], {
      env: { ...project.env, SNOWFLAKE_PRIVATE_KEY: privateKey },
    });
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('error[source/authentication]');
    expect(ended.err + ended.out).not.toContain(privateKey.split('\n')[1]);
    const { SNOWFLAKE_PRIVATE_KEY: _gone, ...without } = project.env;
    expect((await snowmelt(['run', '--date', '2026-01-02', '--project', project.folder], { env: without })).err).toContain(
      'error[secret/not-found]',
    );
  });

  it('names a column that the source has dropped, and one whose type has changed', async () => {
    const before = await digest(project.lake);
    await project.server.database.run('ALTER TABLE ORDERS RENAME COLUMN AMOUNT TO AMUONT');
    const dropped = await run('run', '--date', '2026-01-02');
    expect(dropped.code).toBe(2);
    expect(dropped.err).toContain('error[source/column-missing]');
    expect(dropped.err).toContain('AMOUNT');
    await project.server.database.run('ALTER TABLE ORDERS RENAME COLUMN AMUONT TO AMOUNT');
    await project.server.database.run('ALTER TABLE ORDERS ALTER AMOUNT TYPE VARCHAR');
    expect((await run('run', '--date', '2026-01-02')).err).toContain('error[source/type-mismatch]');
    expect(await digest(project.lake)).toBe(before);
  });

  it('names the column of a value that does not fit, and not the value', async () => {
    await project.server.database.run('ALTER TABLE ORDERS ALTER ID TYPE DECIMAL(38,0)');
    await project.server.database.run(
      "INSERT INTO ORDERS VALUES (12345678901234567890123456789012345678, 1, '2026-01-02 00:00:00', '2026-01-02 00:00:00')",
    );
    const ended = await run('run', '--date', '2026-01-02', '--json');
    expect(ended.code).not.toBe(0);
    expect(ended.out + ended.err).toMatch(/source\/(value-does-not-fit|type-mismatch)/);
    expect(ended.out + ended.err).toMatch(/\bid\b/i);
    expect(ended.out + ended.err).not.toContain('12345678901234567890');
  });

  it('publishes nothing when a check fails', async () => {
    const strict = (SMALL_PIPELINE['snowmelt.config.ts'] ?? '').replace(
      "sql: 'models/daily_sales.sql' }",
      "sql: 'models/daily_sales.sql', checks: [{ kind: 'range', column: 'sales', max: 30 }] }",
    );
    await project.write('snowmelt.config.ts', strict);
    const gold = async () =>
      (await listFiles(project.lake)).filter((path) => path.startsWith('gold/') || path.startsWith('artifacts/catalog/gold.'));
    const before = await gold();
    const ended = await run('run', '--date', '2026-01-02');
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('error[quality/check-failed]');
    expect(ended.err).toContain('range(sales): 2');
    expect(await gold()).toEqual(before);
  });

  it('refuses rows of an event model that belong to another day than they were made from', async () => {
    const gold = async () => (await listFiles(project.lake)).filter((path) => path.startsWith('gold/'));
    const before = await gold();
    await project.write(
      'models/daily_sales.sql',
      'select (ordered_at::date + 1) as sale_date, count(*) as orders, sum(amount)::number(18,2) as sales from silver.fact_orders group by 1\n',
    );
    const ended = await run('run', '--date', '2026-01-02');
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('error[build/row-outside-partition]');
    expect(await gold()).toEqual(before);
  });

  it('says that the disk is full, and goes on once there is room', async () => {
    const small = join(project.folder, 'tiny');
    await mkdir(small);
    await execute('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
    try {
      await execute('dd', ['if=/dev/zero', `of=${join(small, 'ballast')}`, 'bs=1k', 'count=52']);
      const full = await run('run', '--date', '2026-01-03', '--lake', join(small, 'lake'), '--retries', '0');
      expect(full.code).not.toBe(0);
      expect(full.err).toContain('error[lake/disk-full]');
      await execute('rm', [join(small, 'ballast')]);
      await execute('mount', ['-o', 'remount,size=8m', small]);
      expect(await run('run', '--date', '2026-01-03', '--lake', join(small, 'lake'), '-q')).toMatchObject({ code: 0 });
      expect(await run('run', '--date', '2026-01-03', '-q')).toMatchObject({ code: 0 });
      expect(await differences(await project.graph(), project.lake, join(small, 'lake'))).toEqual({});
    } finally {
      await execute('umount', [small]);
    }
  });

  it('lets runs at the same time finish, with every row once', { timeout: 120_000 }, async () => {
    const ended = await Promise.all([1, 2, 3, 4].map(() => run('run', '--date', '2026-01-03', '--json')));
    for (const one of ended) expect([0, 1]).toContain(one.code);
    const codes = ended
      .flatMap((one) => jsonLines(one.out))
      .flatMap((line) => {
        const outcome = line['outcome'] as { error?: { code: string } } | undefined;
        return outcome?.error === undefined ? [] : [outcome.error.code];
      });
    expect(codes.filter((code) => code !== 'lake/commit-conflict')).toEqual([]);
    expect(await run('run', '--date', '2026-01-03', '-q')).toMatchObject({ code: 0 });
    const alone = join(project.folder, 'alone');
    expect(await run('run', '--date', '2026-01-03', '--lake', alone, '-q')).toMatchObject({ code: 0 });
    expect(await differences(await project.graph(), project.lake, alone)).toEqual({});
  });

  it('stops cleanly at ctrl-C, and the next run goes on', async () => {
    const ended = await snowmelt(['run', '--date', '2026-01-03', '--project', project.folder, '--json'], {
      env: project.env,
      onStart: (child) => {
        child.stdout?.once('data', () => child.kill('SIGINT'));
      },
    });
    expect(ended.signal).toBeNull();
    expect([0, 1]).toContain(ended.code);
    expect(jsonLines(ended.out).at(-1)).toMatchObject({ code: 'run/finished' });
    expect(await run('run', '--date', '2026-01-03', '-q')).toMatchObject({ code: 0 });
    const alone = join(project.folder, 'alone');
    await run('run', '--date', '2026-01-03', '--lake', alone, '-q');
    expect(await differences(await project.graph(), project.lake, alone)).toEqual({});
  });
});
