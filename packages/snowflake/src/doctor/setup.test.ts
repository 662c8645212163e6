import { type ContractRequest, parseDatasetName } from '@snowmelt/core/ports';
import { describe, expect, it } from 'vitest';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import type { ExaminedExtract } from './examine-table.ts';
import { permissionsPolicy, trustPolicy } from './setup-policies.ts';
import { setupSql } from './setup-sql.ts';

const CONNECTION: SnowflakeConnection = {
  account: 'MYORG-ACCOUNT1',
  user: 'etl',
  privateKey: { env: 'KEY' },
  database: 'SHOP',
  schema: 'PUBLIC',
  warehouse: 'LOADING',
  role: 'READER',
  stage: { name: 'OPS.LAKE', url: 's3://bucket/landing' },
};

function extract(name: string, relation: ContractRequest['relation'], readsChanges = false): ExaminedExtract {
  return { dataset: parseDatasetName(`bronze.${name}`), relation, columns: [], readsChanges };
}

const EXTRACTS = [
  extract('orders', { kind: 'table', table: 'ORDERS' }, true),
  extract('lines', { kind: 'table', table: 'SALES."Order ""Lines"""' }),
  extract('sums', { kind: 'query', sql: 'select 1' }),
];

/** Every statement of a text of SQL, without comments. */
function statements(sql: string): readonly string[] {
  return sql
    .replace(/^--.*$/gm, '')
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

describe('setupSql', () => {
  it('is what the golden file says, for a key pair and a bucket', async () => {
    await expect(setupSql({ connection: CONNECTION, extracts: EXTRACTS, publicKey: 'MIIBIjANBgkq' })).toMatchFileSnapshot(
      'golden/key-pair.sql',
    );
  });

  it('is what the golden file says, for workload identity and nothing else declared', async () => {
    const connection: SnowflakeConnection = {
      account: 'A',
      database: 'SHOP',
      schema: 'PUBLIC',
      auth: { kind: 'workloadIdentity', provider: 'AWS', token: { env: 'T' } },
    };
    await expect(setupSql({ connection, extracts: EXTRACTS.slice(1, 2) })).toMatchFileSnapshot('golden/workload-identity.sql');
  });

  it('says each thing once, and what is granted only to the role', () => {
    const all = statements(setupSql({ connection: CONNECTION, extracts: [...EXTRACTS, ...EXTRACTS], publicKey: 'K' }));
    expect(new Set(all).size).toBe(all.filter((one) => !one.startsWith('ALTER')).length + 1);
    for (const grant of all.filter((one) => one.startsWith('GRANT') && !one.startsWith('GRANT ROLE')))
      expect(grant).toMatch(/ TO ROLE "READER"$/);
    expect(all.filter((one) => /OWNERSHIP|ALL PRIVILEGES|INSERT|WITH GRANT/.test(one))).toEqual([]);
  });

  it('never holds a secret or a placeholder for a password', () => {
    expect(setupSql({ connection: CONNECTION, extracts: EXTRACTS })).not.toMatch(/PASSWORD|PRIVATE/);
  });
});

describe('policies', () => {
  const userArn = 'arn:aws:iam::123456789001:user/abc1-b-self1234';

  it('trust is what the golden file says: one user, one external id', async () => {
    const text = JSON.stringify(trustPolicy({ userArn, externalId: 'MYORG_SFCRole=2_x=' }), undefined, 2);
    await expect(`${text}\n`).toMatchFileSnapshot('golden/trust.json');
  });

  it('permissions are what the golden file says', async () => {
    const text = JSON.stringify(permissionsPolicy({ name: 'LAKE', url: 's3://bucket/landing/' }), undefined, 2);
    await expect(`${text}\n`).toMatchFileSnapshot('golden/permissions.json');
  });

  it.each(['s3://bucket', 's3://bucket/', 's3://bucket/a/b', 's3://bucket/a/b/'])('%s: exact actions, and no resource outside', (url) => {
    const { Version, Statement } = permissionsPolicy({ name: 'LAKE', url }) as {
      Version: string;
      Statement: readonly Record<string, unknown>[];
    };
    expect(Version).toBe('2012-10-17');
    for (const statement of Statement) {
      expect(statement['Effect']).toBe('Allow');
      for (const action of [statement['Action']].flat()) expect(action).toMatch(/^s3:[A-Za-z]+$/);
      expect(statement['Resource']).toMatch(url.includes('/a/b') ? /^arn:aws:s3:::bucket(\/a\/b\/\*)?$/ : /^arn:aws:s3:::bucket(\/\*)?$/);
    }
  });

  it('there is none for a folder', () => {
    expect(permissionsPolicy({ name: 'LAKE', url: 'file:///data/' })).toBeUndefined();
  });
});
