import { parseDatasetName, SnowmeltError } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import type { Answer, Ask } from './ask.ts';
import type { ExaminedExtract } from './examine-table.ts';
import { examineAll } from './snowflake-doctor.ts';

const CONNECTION: SnowflakeConnection = {
  account: 'A',
  database: 'SHOP',
  schema: 'PUBLIC',
  warehouse: 'LOADING',
  role: 'READER',
  stage: { name: 'LAKE', url: 's3://bucket/a' },
};
const ORDERS: ExaminedExtract = {
  dataset: parseDatasetName('bronze.orders'),
  relation: { kind: 'table', table: 'ORDERS' },
  columns: [],
  readsChanges: false,
};

const grant = (privilege: string, type: string, name: string): Answer => ({ privilege, granted_on: type, name });

/** An account in which everything is as it should be. */
const HEALTHY: Readonly<Record<string, readonly Answer[]>> = {
  'SELECT CURRENT_ACCOUNT': [
    { account: 'X', region: 'PUBLIC.AWS_EU_CENTRAL_1', user_name: 'ETL', role_name: 'READER', warehouse: 'LOADING', version: '9' },
  ],
  'SHOW GRANTS TO ROLE "READER"': [
    grant('USAGE', 'WAREHOUSE', 'LOADING'),
    grant('USAGE', 'DATABASE', 'SHOP'),
    grant('USAGE', 'SCHEMA', 'SHOP.PUBLIC'),
    grant('USAGE', 'ROLE', 'TABLES'),
  ],
  'SHOW GRANTS TO ROLE "TABLES"': [
    grant('SELECT', 'TABLE', 'SHOP.PUBLIC.ORDERS'),
    grant('USAGE', 'STAGE', 'SHOP.PUBLIC.LAKE'),
    grant('USAGE', 'ROLE', 'READER'),
  ],
  'SHOW WAREHOUSES': [{ name: 'LOADING', state: 'SUSPENDED', size: 'X-Small', auto_suspend: '60', auto_resume: 'true' }],
  'SHOW STAGES': [{ name: 'LAKE', url: 's3://bucket/a/', region: 'eu-central-1', storage_integration: 'S3' }],
  'DESC INTEGRATION': [
    { property: 'ENABLED', property_value: 'true' },
    { property: 'STORAGE_ALLOWED_LOCATIONS', property_value: 's3://bucket/' },
    { property: 'STORAGE_AWS_ROLE_ARN', property_value: 'arn:aws:iam::1:role/x' },
  ],
  'SHOW TABLES': [{ name: 'ORDERS', change_tracking: 'OFF', retention_time: '1' }],
};

const refused = new SnowmeltError('source/statement-failed', { message: 'Object ORDERS does not exist or not authorized.' });

async function examine(
  changes: Readonly<Record<string, readonly Answer[] | Error>> = {},
  { connection = CONNECTION, extract = ORDERS, mayRead = true } = {},
) {
  const answers: Readonly<Record<string, readonly Answer[] | Error>> = { ...HEALTHY, ...changes };
  const ask: Ask = async (sql) => {
    const answer = Object.entries(answers).find(([start]) => sql.startsWith(start))?.[1];
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error(`unexpected: ${sql}`);
    return answer;
  };
  const findings = await examineAll(ask, connection, [extract], async () => {
    if (!mayRead) throw refused;
    return { described: [{ name: 'ID', type: 'NUMBER(38,0)' }], notes: [] };
  });
  const wrong = findings
    .filter(({ verdict }) => verdict !== 'good')
    .map(({ what, verdict, detail, fix }) => ({ what, verdict, detail, ...(fix === undefined ? {} : { fix }) }));
  return { findings, wrong };
}

describe('a healthy account', () => {
  it('has nothing wrong, with what was granted through another role', async () => {
    const { findings, wrong } = await examine();
    expect(wrong).toEqual([]);
    expect(findings.map(({ what }) => what)).toEqual(['account', 'role', 'warehouse', 'stage', 'integration', 'bronze.orders']);
    expect(findings.at(-1)?.detail).toBe('ORDERS can be read, 1 columns, its past is kept for 1 day');
  });
});

describe('what is wrong is named, with the lines that mend it', () => {
  const usage = 'GRANT USAGE ON WAREHOUSE "LOADING" TO ROLE "READER";';
  const without = (type: string) => ({
    'SHOW GRANTS TO ROLE "READER"': HEALTHY['SHOW GRANTS TO ROLE "READER"']?.filter((one) => one['granted_on'] !== type) ?? [],
    'SHOW GRANTS TO ROLE "TABLES"': HEALTHY['SHOW GRANTS TO ROLE "TABLES"']?.filter((one) => one['granted_on'] !== type) ?? [],
  });
  const warehouse = (more: Answer) => ({ 'SHOW WAREHOUSES': [{ ...HEALTHY['SHOW WAREHOUSES']?.[0], ...more }] });
  const stage = (more: Answer) => ({ 'SHOW STAGES': [{ ...HEALTHY['SHOW STAGES']?.[0], ...more }] });
  const who = (more: Answer) => ({ 'SELECT CURRENT_ACCOUNT': [{ ...HEALTHY['SELECT CURRENT_ACCOUNT']?.[0], ...more }] });

  it.each([
    [
      'a missing warehouse',
      { 'SHOW WAREHOUSES': [] },
      'warehouse',
      'bad',
      [expect.stringMatching(/^CREATE WAREHOUSE .*"LOADING".*AUTO_SUSPEND = 60/), usage],
    ],
    ['one that may not be used', without('WAREHOUSE'), 'warehouse', 'bad', [usage]],
    [
      'one that does not start',
      warehouse({ auto_resume: 'false' }),
      'warehouse',
      'warning',
      ['ALTER WAREHOUSE "LOADING" SET AUTO_RESUME = TRUE;'],
    ],
    [
      'one that never suspends',
      warehouse({ auto_suspend: undefined }),
      'warehouse',
      'warning',
      ['ALTER WAREHOUSE "LOADING" SET AUTO_SUSPEND = 60;'],
    ],
    [
      'another role',
      { ...who({ role_name: 'PUBLIC' }), 'SHOW GRANTS TO ROLE "PUBLIC"': HEALTHY['SHOW GRANTS TO ROLE "READER"'] ?? [] },
      'role',
      'bad',
      undefined,
    ],
    [
      'a missing stage',
      { 'SHOW STAGES': [] },
      'stage',
      'bad',
      [expect.stringMatching(/^CREATE STAGE .*s3:\/\/bucket\/a\//), 'GRANT USAGE ON STAGE "SHOP"."PUBLIC"."LAKE" TO ROLE "READER";'],
    ],
    ['a stage that may not be used', without('STAGE'), 'stage', 'bad', ['GRANT USAGE ON STAGE "SHOP"."PUBLIC"."LAKE" TO ROLE "READER";']],
    [
      'a stage elsewhere',
      stage({ url: 's3://other/' }),
      'stage',
      'bad',
      [`ALTER STAGE "SHOP"."PUBLIC"."LAKE" SET URL = 's3://bucket/a/';`],
    ],
    ['a stage in another region', stage({ region: 'us-east-1' }), 'stage', 'warning', undefined],
    [
      'a disabled integration',
      { 'DESC INTEGRATION': [{ property: 'ENABLED', property_value: 'false' }] },
      'integration',
      'bad',
      ['ALTER STORAGE INTEGRATION "S3" SET ENABLED = TRUE;'],
    ],
    [
      'an integration for other places',
      {
        'DESC INTEGRATION': [
          { property: 'ENABLED', property_value: 'true' },
          { property: 'STORAGE_ALLOWED_LOCATIONS', property_value: 's3://b/' },
        ],
      },
      'integration',
      'bad',
      [`ALTER STORAGE INTEGRATION "S3" SET STORAGE_ALLOWED_LOCATIONS = ('s3://b/', 's3://bucket/a/');`],
    ],
    [
      'an integration that may not be seen',
      { 'DESC INTEGRATION': refused },
      'integration',
      'warning',
      ['GRANT USAGE ON INTEGRATION "S3" TO ROLE "READER";'],
    ],
    [
      'a table without a past',
      { 'SHOW TABLES': [{ name: 'ORDERS', change_tracking: 'OFF', retention_time: '0' }] },
      'bronze.orders',
      'warning',
      [`ALTER TABLE "SHOP"."PUBLIC"."ORDERS" SET DATA_RETENTION_TIME_IN_DAYS = 1;`],
    ],
    ['grants that may not be seen', { 'SHOW GRANTS TO ROLE "TABLES"': refused }, 'grants', 'warning', undefined],
    ['a question that fails', { 'SHOW WAREHOUSES': refused }, 'warehouse', 'bad', undefined],
  ] as const)('%s', async (_name, changes, what, verdict, fix) => {
    const { wrong } = await examine(changes);
    expect(wrong).toEqual([{ what, verdict, detail: expect.any(String), ...(fix === undefined ? {} : { fix }) }]);
  });

  it('a role that may do everything', async () => {
    const { wrong } = await examine(
      { ...who({ role_name: 'ACCOUNTADMIN' }), 'SHOW GRANTS TO ROLE "ACCOUNTADMIN"': HEALTHY['SHOW GRANTS TO ROLE "READER"'] ?? [] },
      { connection: { ...CONNECTION, role: undefined } },
    );
    expect(wrong.map(({ what, verdict }) => [what, verdict])).toEqual([['role', 'warning']]);
  });

  it.each([
    ['DATABASE', ['GRANT USAGE ON DATABASE "SHOP" TO ROLE "READER";']],
    ['SCHEMA', ['GRANT USAGE ON SCHEMA "SHOP"."PUBLIC" TO ROLE "READER";']],
    ['TABLE', ['GRANT SELECT ON TABLE "SHOP"."PUBLIC"."ORDERS" TO ROLE "READER";']],
  ])('a table that cannot be read for want of a grant on its %s', async (type, fix) => {
    const { wrong } = await examine(without(type), { mayRead: false });
    expect(wrong).toEqual([{ what: 'bronze.orders', verdict: 'bad', detail: expect.stringContaining('source/statement-failed'), fix }]);
  });

  it('a table that is not there although all is granted', async () => {
    const { wrong } = await examine({}, { mayRead: false });
    expect(wrong).toEqual([{ what: 'bronze.orders', verdict: 'bad', detail: expect.stringContaining('does not exist') }]);
  });

  it('changes that are not tracked', async () => {
    const extract = { ...ORDERS, readsChanges: true };
    expect((await examine({}, { extract })).wrong).toEqual([
      {
        what: 'bronze.orders',
        verdict: 'bad',
        detail: 'changes are not tracked',
        fix: ['ALTER TABLE "SHOP"."PUBLIC"."ORDERS" SET CHANGE_TRACKING = TRUE;'],
      },
    ]);
    const tracked = { 'SHOW TABLES': [{ name: 'ORDERS', change_tracking: 'ON', retention_time: '7' }] };
    expect((await examine(tracked, { extract })).findings.at(-1)?.detail).toMatch(/kept for 7 days, changes are tracked$/);
  });

  it('a view has no past to examine, and a query is only described', async () => {
    expect((await examine({ 'SHOW TABLES': [] })).wrong).toEqual([]);
    const query: ExaminedExtract = { ...ORDERS, relation: { kind: 'query', sql: 'select 1' } };
    expect((await examine({ 'SHOW TABLES': refused }, { extract: query })).wrong).toEqual([]);
  });
});
