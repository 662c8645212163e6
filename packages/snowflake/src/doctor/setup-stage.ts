import { quoteLiteral } from '@snowmelt/core/ports';
import { quoted, quotedName } from './grant-lines.ts';

/** The integration that is made where none is known. */
export const INTEGRATION = 'SNOWMELT_S3';

/** The role in AWS that Snowflake writes as. */
const AWS_ROLE = 'snowmelt-unload';

/** What a person fills in. */
const AWS_ACCOUNT = '<AWS account id>';

/** The statement that lets Snowflake write to one place as a role in AWS. */
export function createIntegration(url: string): string {
  return `CREATE STORAGE INTEGRATION IF NOT EXISTS ${quoted(INTEGRATION)} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE
  STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::${AWS_ACCOUNT}:role/${AWS_ROLE}' STORAGE_ALLOWED_LOCATIONS = (${locationOf(url)});`;
}

/** The statement that makes a stage of a place; a bucket is reached through the integration. */
export function createStage(name: readonly string[], url: string): string {
  const integration = url.startsWith('s3://') ? ` STORAGE_INTEGRATION = ${quoted(INTEGRATION)}` : '';
  return `CREATE STAGE IF NOT EXISTS ${quotedName(name)} URL = ${locationOf(url)}${integration};`;
}

function locationOf(url: string): string {
  return quoteLiteral(`${url.replace(/\/+$/, '')}/`, 'snowflake');
}
