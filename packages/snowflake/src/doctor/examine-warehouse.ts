import { quoteLiteral } from '@snowmelt/core/ports';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import type { Access } from './access.ts';
import type { Ask } from './ask.ts';
import type { Identity } from './examine-account.ts';
import type { SourceFinding } from './finding.ts';
import { grantLine, quoted } from './grant-lines.ts';

const IDLE_SECONDS = 600;

/** Judges the warehouse that statements run on. `access`: undefined where it could not be read. @throws source/* */
export async function examineWarehouse(
  ask: Ask,
  connection: SnowflakeConnection,
  { role, warehouse: current }: Identity,
  access: Access | undefined,
): Promise<SourceFinding> {
  const what = 'warehouse';
  const name = connection.warehouse ?? current;
  if (name === undefined)
    return { what, verdict: 'bad', detail: 'none: write `warehouse` in `source`, or give the user a DEFAULT_WAREHOUSE' };
  const grant = role === undefined ? [] : [grantLine('USAGE', 'WAREHOUSE', [name], role)];
  const found = (await ask(`SHOW WAREHOUSES LIKE ${quoteLiteral(name, 'snowflake')}`)).find((row) => row['name'] === name);
  if (found === undefined) {
    return {
      what,
      verdict: 'bad',
      detail: `\`${name}\` is not there, or role ${role ?? '?'} may not see it`,
      fix: [createWarehouse(name), ...grant],
    };
  }
  if (access?.may(['USAGE'], ['WAREHOUSE'], [name]) === false) {
    return { what, verdict: 'bad', detail: `role ${role ?? '?'} may see \`${name}\`, but not use it`, fix: grant };
  }
  const { state = '?', size = '?', auto_resume: resumes, auto_suspend: idle } = found;
  const detail = `${name}, ${size}, ${state.toLowerCase()}`;
  if (resumes === 'false') {
    return {
      what,
      verdict: 'warning',
      detail: `${detail}; it does not start by itself`,
      fix: [`ALTER WAREHOUSE ${quoted(name)} SET AUTO_RESUME = TRUE;`],
    };
  }
  if (idle === undefined || Number(idle) === 0 || Number(idle) > IDLE_SECONDS) {
    const fix = [`ALTER WAREHOUSE ${quoted(name)} SET AUTO_SUSPEND = 60;`];
    return {
      what,
      verdict: 'warning',
      detail: `${detail}; idle, it costs ${idle === undefined || Number(idle) === 0 ? 'without end' : `for ${idle} s`}`,
      fix,
    };
  }
  return { what, verdict: 'good', detail: `${detail}, suspends after ${idle} s` };
}

/** The statement that makes a small warehouse which costs only while it works. */
export function createWarehouse(name: string): string {
  return `CREATE WAREHOUSE IF NOT EXISTS ${quoted(name)} WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60 AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE;`;
}
