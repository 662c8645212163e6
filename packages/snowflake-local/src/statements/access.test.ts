import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowTypeOf, startTestServer, type TestServer } from '../testing/sql-api.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.database.run('CREATE TABLE ORDERS (ID INTEGER)');
});
afterAll(() => server.close());

const codeOf = async (statement: string) => (await server.submit(statement)).body['code'];

async function objects(statement: string, body = {}): Promise<readonly Record<string, string | null>[]> {
  const answer = await server.submit(statement, body);
  const names = rowTypeOf(answer.body).map(({ name }) => name);
  return (await server.rows(statement, body)).map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])));
}

describe('roles and what they may do', () => {
  it('a role that nobody created owns all there is', async () => {
    const grants = await objects('SHOW GRANTS TO ROLE PUBLIC');
    expect(grants.map(({ privilege, granted_on, name }) => [privilege, granted_on, name])).toEqual([
      ['OWNERSHIP', 'DATABASE', 'SHOP'],
      ['OWNERSHIP', 'SCHEMA', 'SHOP.PUBLIC'],
      ['OWNERSHIP', 'TABLE', 'SHOP.PUBLIC.ORDERS'],
    ]);
  });

  it('one that was created has what it was granted', async () => {
    for (const statement of [
      'CREATE ROLE IF NOT EXISTS "reader"',
      'CREATE ROLE IF NOT EXISTS "reader"',
      'CREATE ROLE SNOWMELT',
      "CREATE USER ETL TYPE = SERVICE DEFAULT_ROLE = SNOWMELT WORKLOAD_IDENTITY = (TYPE = AWS ARN = 'arn:aws:iam::1:role/x')",
      'GRANT USAGE ON DATABASE SHOP TO ROLE SNOWMELT',
      'GRANT USAGE ON SCHEMA SHOP.PUBLIC TO ROLE SNOWMELT',
      'GRANT SELECT ON TABLE "SHOP"."PUBLIC"."Mixed" TO ROLE SNOWMELT',
      'GRANT SELECT ON TABLE ORDERS TO ROLE "reader"',
      'GRANT ROLE "reader" TO ROLE SNOWMELT',
      'GRANT ROLE SNOWMELT TO USER ETL',
    ])
      expect([statement, await codeOf(statement)]).toEqual([statement, '090001']);
    expect(
      (await objects('SHOW GRANTS TO ROLE SNOWMELT')).map(({ privilege, granted_on, name }) => `${privilege} ${granted_on} ${name}`),
    ).toEqual(['USAGE DATABASE SHOP', 'USAGE ROLE reader', 'USAGE SCHEMA SHOP.PUBLIC', 'SELECT TABLE SHOP.PUBLIC."Mixed"']);
    expect(await objects('SHOW GRANTS TO ROLE "reader"')).toMatchObject([{ name: 'SHOP.PUBLIC.ORDERS', grantee_name: 'reader' }]);
  });

  it('refuses what it does not know', async () => {
    expect(await codeOf('CREATE ROLE SNOWMELT')).toBe('002002');
    expect(await codeOf('GRANT SELECT ON TABLE ORDERS TO ROLE NOBODY')).toBe('002003');
    expect(await codeOf('GRANT APPLY ON TABLE ORDERS TO ROLE SNOWMELT')).toBe('000002');
    expect(await codeOf('GRANT SELECT ON TABLE ORDERS TO SHARE S')).toBe('000002');
    expect(await codeOf('SHOW GRANTS')).toBe('000002');
    expect(await codeOf("CREATE USER X PASSWORD = 'p'")).toBe('000002');
    expect(await codeOf('CREATE WAREHOUSE W WAREHOUSE_SIZE = XSMALL SCALING = 3')).toBe('000002');
  });
});

describe('warehouses', () => {
  it('are shown as they were made; that of the session is always there', async () => {
    expect(
      await codeOf('CREATE WAREHOUSE LOADING WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60 AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE'),
    ).toBe('090001');
    expect(await objects("SHOW WAREHOUSES LIKE 'loading'")).toMatchObject([
      { name: 'LOADING', state: 'SUSPENDED', size: 'X-Small', auto_suspend: '60', auto_resume: 'true', is_current: 'N' },
    ]);
    expect(await objects('SHOW WAREHOUSES', { warehouse: 'OTHER' })).toMatchObject([
      { name: 'LOADING' },
      { name: 'OTHER', is_current: 'Y' },
    ]);
  });
});

describe('stages', () => {
  it('say where they are and by whom they are reached', async () => {
    for (const statement of [
      "CREATE STORAGE INTEGRATION S3 TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::1:role/x' STORAGE_ALLOWED_LOCATIONS = ('s3://bucket/a/')",
      "CREATE STAGE LAKE URL = 's3://bucket/a/' STORAGE_INTEGRATION = S3",
    ])
      expect(await codeOf(statement)).toBe('090001');
    expect(await objects("SHOW STAGES LIKE 'LAKE' IN SCHEMA SHOP.PUBLIC")).toMatchObject([
      { name: 'LAKE', url: 's3://bucket/a/', cloud: 'AWS', region: 'eu-central-1', storage_integration: 'S3' },
    ]);
    const properties = new Map((await objects('DESC INTEGRATION S3')).map((row) => [row['property'], row]));
    expect(properties.get('ENABLED')).toMatchObject({ property_type: 'Boolean', property_value: 'true' });
    expect(properties.get('STORAGE_AWS_IAM_USER_ARN')?.['property_value']).toMatch(/^arn:aws:iam::\d{12}:user\//);
    expect(properties.get('STORAGE_AWS_EXTERNAL_ID')?.['property_value']).toMatch(/^LOCAL_SFCRole=1_/);
    expect(await server.rows('SELECT CURRENT_REGION()')).toEqual([['AWS_EU_CENTRAL_1']]);
  });
});
