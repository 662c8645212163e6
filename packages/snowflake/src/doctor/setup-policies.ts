import type { SnowflakeStage } from '../snowflake-connection.ts';

/** Who assumes the role in AWS, as DESC INTEGRATION tells. */
export interface IntegrationIdentity {
  readonly userArn: string;
  readonly externalId: string;
}

/** A policy document of AWS. */
type Policy = Readonly<Record<string, unknown>>;

/** Lets the integration's user, and nobody else, assume the role that Snowflake writes as. */
export function trustPolicy({ userArn, externalId }: IntegrationIdentity): Policy {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: userArn },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': externalId } },
  };
  return { Version: '2012-10-17', Statement: [statement] };
}

/** Lets that role unload below the stage, and nowhere else. Undefined for a stage that is no bucket. */
export function permissionsPolicy({ url }: SnowflakeStage): Policy | undefined {
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  if (bucket === undefined) return undefined;
  const prefix = path.replace(/\/+$/, '');
  const below = prefix === '' ? '*' : `${prefix}/*`;
  const arn = `arn:aws:s3:::${bucket}`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'WriteUnloadedFiles',
        Effect: 'Allow',
        // Snowflake removes what an interrupted part of an unload has written.
        Action: ['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion', 's3:DeleteObject', 's3:DeleteObjectVersion'],
        Resource: `${arn}/${below}`,
      },
      { Sid: 'ListThem', Effect: 'Allow', Action: 's3:ListBucket', Resource: arn, Condition: { StringLike: { 's3:prefix': [below] } } },
      { Sid: 'FindTheBucket', Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: arn },
    ],
  };
}
