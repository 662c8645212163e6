import { type Clock, isSnowmeltError, type Secrets, toSnowmeltError } from '@snowmelt/core/ports';
import { authenticatorFor } from '../auth/authenticator.ts';
import { publicKeyOf } from '../auth/key-pair.ts';
import { requestSender } from '../client/request-sender.ts';
import { limitSlots } from '../client/slots.ts';
import { sqlApiClient } from '../client/sql-api-client.ts';
import { describeSource } from '../extract/extract.ts';
import { apiUrl, type SnowflakeConnection } from '../snowflake-connection.ts';
import { type Access, readAccess } from './access.ts';
import { type Ask, askThrough, propertyOf } from './ask.ts';
import { examineRole, identify } from './examine-account.ts';
import { examineStage } from './examine-stage.ts';
import { type ExaminedExtract, examineExtract } from './examine-table.ts';
import { examineWarehouse } from './examine-warehouse.ts';
import type { SourceFinding } from './finding.ts';
import { quoted } from './grant-lines.ts';
import { type IntegrationIdentity, permissionsPolicy, trustPolicy } from './setup-policies.ts';
import { setupSql } from './setup-sql.ts';
import { INTEGRATION } from './setup-stage.ts';

/** What the doctor works with. */
export interface SnowflakeDoctorOptions {
  readonly connection: SnowflakeConnection;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/** A document of the set-up. `sql` for Snowflake; `trust` and `permissions` are the policies of the role in AWS. */
export type SetupPart = 'sql' | 'trust' | 'permissions';

/** Looks at an account through a pipeline's eyes, and writes what it takes. Changes nothing. */
export interface SnowflakeDoctor {
  /** Examines account, role, warehouse, stage, integration and every extract. What cannot be examined is a finding. @throws run/interrupted */
  examine(extracts: readonly ExaminedExtract[], signal: AbortSignal): Promise<readonly SourceFinding[]>;
  /** Gives one document, ready to paste; undefined for a policy where no bucket is unloaded to. */
  setup(part: SetupPart, extracts: readonly ExaminedExtract[], signal: AbortSignal): Promise<string | undefined>;
}

/** Makes a doctor; nothing is asked before its first use. */
export function snowflakeDoctor({ connection, secrets, clock }: SnowflakeDoctorOptions): SnowflakeDoctor {
  const client = () => {
    const url = apiUrl(connection);
    const sender = requestSender({ host: new URL(url).host, authenticator: authenticatorFor({ connection, secrets, clock }), clock });
    return sqlApiClient({ connection, url, sender, clock, slots: limitSlots(connection.maxStatements ?? 8) });
  };
  return {
    async examine(extracts, signal) {
      const opened = client();
      const context = { attempt: 'doctor', signal };
      const ask = askThrough(opened, context);
      const describe = (request: ExaminedExtract) => describeSource({ client: opened, connection }, request, context);
      return examineAll(ask, connection, extracts, describe);
    },
    async setup(part, extracts, signal) {
      if (part === 'sql') return setupSql({ connection, extracts, publicKey: await publicKey(connection, secrets) });
      const { stage } = connection;
      if (stage === undefined) return undefined;
      const permissions = permissionsPolicy(stage);
      if (permissions === undefined) return undefined;
      if (part === 'permissions') return json(permissions);
      return json(trustPolicy(await askIntegration(askThrough(client(), { attempt: 'doctor', signal }))));
    },
  };
}

/** Examines everything there is, one after the other; what fails is told and does not end it. */
export async function examineAll(
  ask: Ask,
  connection: SnowflakeConnection,
  extracts: readonly ExaminedExtract[],
  describe: (extract: ExaminedExtract) => ReturnType<typeof describeSource>,
): Promise<readonly SourceFinding[]> {
  const { identity, finding } = await identify(ask);
  const { role } = identity;
  const findings: SourceFinding[] = [finding, examineRole(connection, identity)];
  const access = role === undefined ? undefined : await readAccessOrNote(ask, role, findings);
  findings.push(...(await orFailure('warehouse', async () => [await examineWarehouse(ask, connection, identity, access)])));
  findings.push(...(await orFailure('stage', () => examineStage(ask, connection, identity, access))));
  const tools = { ask, connection, role, access, describe };
  const tables = await Promise.all(
    extracts.map((extract) => orFailure(extract.dataset, () => examineExtract({ ...tools, describe: () => describe(extract) }, extract))),
  );
  return [...findings, ...tables.flat()];
}

async function readAccessOrNote(ask: Ask, role: string, findings: SourceFinding[]): Promise<Access | undefined> {
  try {
    return await readAccess(ask, role);
  } catch (error) {
    rethrowStop(error);
    findings.push({ what: 'grants', verdict: 'warning', detail: `what was granted to ${role} cannot be read` });
    return undefined;
  }
}

async function orFailure(what: string, act: () => Promise<readonly SourceFinding[]>): Promise<readonly SourceFinding[]> {
  try {
    return await act();
  } catch (error) {
    rethrowStop(error);
    const { code, message } = toSnowmeltError(error);
    return [{ what, verdict: 'bad', detail: `${code}: ${message}` }];
  }
}

function rethrowStop(error: unknown): void {
  if (isSnowmeltError(error) && error.code === 'run/interrupted') throw error;
}

// A key that is not at hand leaves its place open; everything else can be pasted all the same.
async function publicKey(connection: SnowflakeConnection, secrets: Secrets): Promise<string | undefined> {
  const { auth, privateKey } = connection;
  if (auth !== undefined && auth.kind !== 'keyPair') return undefined;
  const key = auth?.privateKey ?? privateKey;
  return publicKeyOf({ secrets, privateKey: key, passphrase: auth?.passphrase }).catch(() => undefined);
}

async function askIntegration(ask: Ask): Promise<IntegrationIdentity> {
  const properties = await ask(`DESC INTEGRATION ${quoted(INTEGRATION)}`).catch((error: unknown) => {
    rethrowStop(error);
    return [];
  });
  return {
    userArn: propertyOf(properties, 'STORAGE_AWS_IAM_USER_ARN') ?? '<STORAGE_AWS_IAM_USER_ARN of DESC INTEGRATION>',
    externalId: propertyOf(properties, 'STORAGE_AWS_EXTERNAL_ID') ?? '<STORAGE_AWS_EXTERNAL_ID of DESC INTEGRATION>',
  };
}

function json(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
