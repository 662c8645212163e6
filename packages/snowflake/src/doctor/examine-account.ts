import type { SnowflakeConnection } from '../snowflake-connection.ts';
import type { Answer, Ask } from './ask.ts';
import type { SourceFinding } from './finding.ts';

/** As whom the account was reached, and where it is. */
export interface Identity {
  readonly role: string | undefined;
  readonly warehouse: string | undefined;
  /** The cloud and its region, e.g. `AWS_EU_CENTRAL_1`. */
  readonly region: string | undefined;
}

const WHO = `SELECT CURRENT_ACCOUNT() AS ACCOUNT, CURRENT_REGION() AS REGION, CURRENT_USER() AS USER_NAME, CURRENT_ROLE() AS ROLE_NAME,
  CURRENT_WAREHOUSE() AS WAREHOUSE, CURRENT_VERSION() AS VERSION`;

/** Asks who we are: proves that the account answers and accepts the credentials. @throws source/* */
export async function identify(ask: Ask): Promise<{ readonly identity: Identity; readonly finding: SourceFinding }> {
  const [who]: readonly (Answer | undefined)[] = await ask(WHO);
  const { account, region, user_name: user, role_name: role, warehouse, version } = who ?? {};
  // A region group may stand before it.
  const identity: Identity = { role, warehouse, region: region?.split('.').at(-1) };
  return {
    identity,
    finding: {
      what: 'account',
      verdict: 'good',
      detail: `Snowflake ${version ?? '?'}, account ${account ?? '?'}, ${identity.region ?? 'unknown region'}, user ${user ?? '?'}`,
    },
  };
}

const POWERFUL = ['ACCOUNTADMIN', 'SECURITYADMIN', 'SYSADMIN', 'USERADMIN', 'ORGADMIN'];

/** Judges the role that statements run as. */
export function examineRole({ role: declared }: SnowflakeConnection, { role }: Identity): SourceFinding {
  if (role === undefined) {
    return { what: 'role', verdict: 'bad', detail: 'no role: write `role` in `source`, or give the user a DEFAULT_ROLE' };
  }
  if (declared !== undefined && declared !== role) {
    return { what: 'role', verdict: 'bad', detail: `\`${declared}\` is declared, but statements run as \`${role}\`` };
  }
  if (POWERFUL.includes(role)) {
    return {
      what: 'role',
      verdict: 'warning',
      detail: `${role} may do far more than reading; \`snowmelt doctor --setup sql\` makes a role of its own`,
    };
  }
  return { what: 'role', verdict: 'good', detail: role };
}
