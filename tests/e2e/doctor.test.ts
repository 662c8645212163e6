import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestProject, runOverTheWire, type TestProject } from './project.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

let project: TestProject;

beforeAll(async () => {
  project = await openTestProject({});
  await project.server.database.run('CREATE TABLE ORDERS (ID INTEGER)');
});
afterAll(() => project.close());

async function declare(more: string, mode = "mode: 'full'"): Promise<void> {
  await project.write(
    'snowmelt.config.ts',
    `import { definePipeline } from '@snowmelt/core';
export default definePipeline({
  name: 'clinic',
  source: { kind: 'snowflake', account: 'TEST', user: 'TESTER', url: process.env['SNOWFLAKE_URL'] ?? 'http://127.0.0.1:9', privateKey: { env: 'SNOWFLAKE_PRIVATE_KEY' }, database: 'SHOP', ${more} },
  bronze: { orders: { table: 'ORDERS', ${mode}, columns: { id: 'NUMBER(10,0)' } } },
});
`,
  );
}

const doctor = (...rest: readonly string[]) => snowmelt(['doctor', '--project', project.folder, ...rest], { env: project.env });
const STAGED = "warehouse: 'LOADING', role: 'SNOWMELT', stage: { name: 'LAKE', url: 's3://bucket/landing' }";

/** Runs SQL over the wire, as whoever pastes it would. */
async function paste(sql: string): Promise<void> {
  const statements = sql
    .replace(/^--.*$/gm, '')
    .split(';')
    .map((one) => one.trim());
  // The API knows no USE; a request names its role.
  for (const statement of statements.filter((one) => one !== '' && !one.startsWith('USE '))) await runOverTheWire(project, statement);
}

describe('snowmelt doctor', () => {
  it('finds an ordinary account in order', async () => {
    await declare("warehouse: 'LOADING'");
    const { code, out } = await doctor();
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/✓ warehouse +LOADING, X-Small, started[\s\S]*✓ bronze\.orders +ORDERS can be read, 1 columns/),
    ]);
  });

  it('prints SQL that, pasted, puts everything in order, and the policies of the role in AWS', async () => {
    await declare(STAGED);
    const before = await doctor('--json');
    expect(before.code).toBe(1);
    expect(jsonLines(before.out).filter(({ isGood }) => isGood === false)).toMatchObject([
      { what: 'stage', fix: [expect.stringMatching(/^CREATE STAGE/), expect.stringMatching(/^GRANT USAGE/)] },
    ]);
    const unknown = await doctor('--setup', 'trust');
    expect(unknown).toMatchObject({ code: 0, err: 'Fill in what stands in <…>.\n' });
    expect(JSON.parse(unknown.out)).toMatchObject({ Version: '2012-10-17' });

    const sql = await doctor('--setup', 'sql');
    expect(sql.out).toMatch(/RSA_PUBLIC_KEY = 'MII[A-Za-z0-9+/=]+'/);
    expect(sql.out).not.toContain('PRIVATE');
    await paste(sql.out);
    const after = await doctor();
    expect([after.code, after.out]).toEqual([0, expect.not.stringMatching(/^[✗!]/m)]);

    const trust = JSON.parse((await doctor('--setup', 'trust')).out);
    expect(trust.Statement[0]).toMatchObject({
      Principal: { AWS: expect.stringMatching(/^arn:aws:iam::\d{12}:user\//) },
      Condition: { StringEquals: { 'sts:ExternalId': expect.stringMatching(/^LOCAL_SFCRole=/) } },
    });
    const permissions = await doctor('--setup', 'permissions');
    expect(permissions).toMatchObject({ code: 0, err: '' });
    expect(permissions.out).toContain('"arn:aws:s3:::bucket/landing/*"');
  });

  it('knows which tables must be tracked, and prints the line', async () => {
    await declare("warehouse: 'LOADING'", "mode: 'changes', key: ['id']");
    const before = await doctor();
    expect([before.code, before.out]).toEqual([
      1,
      expect.stringMatching(
        /✗ bronze\.orders +changes are not tracked\n +ALTER TABLE "SHOP"."PUBLIC"."ORDERS" SET CHANGE_TRACKING = TRUE;/,
      ),
    ]);
    await paste((await doctor('--setup', 'sql')).out.replace(/^CREATE USER[^;]*;/m, 'CREATE USER IF NOT EXISTS "TESTER" TYPE = SERVICE;'));
    expect(await doctor()).toMatchObject({ code: 0, out: expect.stringContaining('changes are tracked') });
  });

  it('names what a table lacks', async () => {
    await declare(STAGED);
    await project.server.database.run('ALTER TABLE ORDERS RENAME TO ORDERS_OLD');
    const { code, out } = await doctor();
    await project.server.database.run('ALTER TABLE ORDERS_OLD RENAME TO ORDERS');
    expect([code, out]).toEqual([1, expect.stringMatching(/✗ bronze\.orders +source\/statement-failed: /)]);
  });

  it('refuses a set-up that there is not', async () => {
    await declare("warehouse: 'LOADING'");
    expect(await doctor('--setup', 'trust')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Nothing is unloaded to a bucket'),
    });
    expect(await doctor('--setup', 'sqll')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Did you mean `sql`') });
  });
});
