import { quoteLiteral } from '@snowmelt/core/ports';
import { qualifiedName } from '../extract/relation.ts';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import { type ExaminedExtract, trackChanges } from './examine-table.ts';
import { createWarehouse } from './examine-warehouse.ts';
import { grantLine, quoted } from './grant-lines.ts';
import { createIntegration, createStage, INTEGRATION } from './setup-stage.ts';

/** What the SQL is written for. `publicKey`: without the lines around it; absent: a person fills it in. */
export interface SetupInput {
  readonly connection: SnowflakeConnection;
  readonly extracts: readonly ExaminedExtract[];
  readonly publicKey?: string | undefined;
}

const NAME = 'SNOWMELT';

/** The statements that make a role, a user, a warehouse and a stage with just what the pipeline needs. */
export function setupSql(input: SetupInput): string {
  const { connection } = input;
  const role = connection.role ?? NAME;
  const sections = [
    ['-- What the pipeline needs in Snowflake, and nothing else. Fill in what stands in <…>.', 'USE ROLE ACCOUNTADMIN;'],
    [
      '-- A role that may read what is extracted. For a view write ON VIEW.',
      `CREATE ROLE IF NOT EXISTS ${quoted(role)};`,
      ...readGrants(input, role),
    ],
    ['-- A warehouse that costs only while it works.', ...warehouseLines(connection, role)],
    ['-- The user as whom statements run; it has no password.', ...userLines(input, role)],
    ...trackingSection(input),
    ...stageSection(connection, role),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function readGrants({ connection, extracts }: SetupInput, role: string): readonly string[] {
  const tables = extracts.flatMap(({ relation }) => (relation.kind === 'table' ? [qualifiedName(relation.table, connection)] : []));
  const queries = extracts
    .filter(({ relation }) => relation.kind === 'query')
    .map(({ dataset }) => `-- ${dataset} is a query: grant SELECT on what it reads.`);
  const { stage } = connection;
  const places = [...tables, ...(stage === undefined ? [] : [qualifiedName(stage.name, connection)])].map((name) => name.slice(0, 2));
  const lines = [
    ...places.map(([database = '']) => grantLine('USAGE', 'DATABASE', [database], role)),
    ...places.map((place) => grantLine('USAGE', 'SCHEMA', place, role)),
    ...tables.map((table) => grantLine('SELECT', 'TABLE', table, role)),
  ];
  return [...new Set(lines), ...queries];
}

function warehouseLines({ warehouse = NAME }: SnowflakeConnection, role: string): readonly string[] {
  return [createWarehouse(warehouse), grantLine('USAGE', 'WAREHOUSE', [warehouse], role)];
}

function userLines({ connection, publicKey }: SetupInput, role: string): readonly string[] {
  const user = quoted((connection.user ?? NAME).toUpperCase());
  const defaults = `DEFAULT_ROLE = ${quoted(role)} DEFAULT_WAREHOUSE = ${quoted(connection.warehouse ?? NAME)}`;
  return [
    `CREATE USER IF NOT EXISTS ${user} TYPE = SERVICE ${defaults}${credential(connection, publicKey)};`,
    `GRANT ROLE ${quoted(role)} TO USER ${user};`,
  ];
}

function credential({ auth }: SnowflakeConnection, publicKey = '<public key without its first and last line>'): string {
  switch (auth?.kind) {
    case undefined:
    case 'keyPair':
      return `\n  RSA_PUBLIC_KEY = ${quoteLiteral(publicKey, 'snowflake')}`;
    case 'workloadIdentity':
      return `\n  WORKLOAD_IDENTITY = (${IDENTITIES[auth.provider]})`;
    default:
      // Tokens are made for a user that exists.
      return '';
  }
}

const IDENTITIES = {
  AWS: "TYPE = AWS ARN = '<ARN of the role that runs the pipeline>' ISSUER = '<issuer of its tokens>'",
  AZURE: "TYPE = AZURE ISSUER = '<issuer>' SUBJECT = '<subject>'",
  GCP: "TYPE = GCP SUBJECT = '<subject>'",
  OIDC: "TYPE = OIDC ISSUER = '<issuer>' SUBJECT = '<subject>'",
} as const;

function trackingSection({ connection, extracts }: SetupInput): readonly (readonly string[])[] {
  const lines = extracts.flatMap(({ relation, readsChanges }) =>
    readsChanges && relation.kind === 'table' ? [trackChanges(qualifiedName(relation.table, connection))] : [],
  );
  return lines.length === 0 ? [] : [['-- Tables of which changes are read.', ...lines]];
}

function stageSection(connection: SnowflakeConnection, role: string): readonly (readonly string[])[] {
  const { stage } = connection;
  if (stage === undefined) return [];
  const name = qualifiedName(stage.name, connection);
  const isBucket = stage.url.startsWith('s3://');
  return [
    [
      '-- Where Snowflake unloads to.',
      ...(isBucket ? [createIntegration(stage.url)] : []),
      createStage(name, stage.url),
      grantLine('USAGE', 'STAGE', name, role),
      ...(isBucket ? [grantLine('USAGE', 'INTEGRATION', [INTEGRATION], role)] : []),
    ],
  ];
}
