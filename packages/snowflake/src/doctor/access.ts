import { parseName } from '../extract/relation.ts';
import type { Ask } from './ask.ts';
import { grantLine, quoted } from './grant-lines.ts';

/** What a role may do, with what it has from other roles. */
export interface Access {
  /** Tells whether any of the privileges, or ownership, was granted on an object. No privilege named: any will do. */
  may(privileges: readonly string[], types: readonly string[], name: readonly string[]): boolean;
}

interface Grant {
  readonly privilege: string;
  readonly type: string;
  readonly name: string;
}

const ROLES_AT_MOST = 50;

/** Asks what was granted to a role and to those that it was granted. @throws source/* */
export async function readAccess(ask: Ask, role: string): Promise<Access> {
  const grants = new Set<string>();
  const roles = [role];
  // The list grows while it is walked through: a role can be granted to a role.
  for (const next of roles) {
    for (const grant of await grantsTo(ask, next)) {
      grants.add(keyOf(grant));
      const [inherited] = parseName(grant.name) ?? [];
      if (grant.type === 'ROLE' && inherited !== undefined && !roles.includes(inherited) && roles.length < ROLES_AT_MOST)
        roles.push(inherited);
    }
  }
  return {
    may: (privileges, types, name) =>
      types.some((type) =>
        [...privileges, 'OWNERSHIP'].some((privilege) => grants.has(keyOf({ privilege, type, name: name.map(quoted).join('.') }))),
      ),
  };
}

async function grantsTo(ask: Ask, role: string): Promise<readonly Grant[]> {
  const rows = await ask(`SHOW GRANTS TO ROLE ${quoted(role)}`);
  return rows.map(({ privilege = '', granted_on: type = '', name = '' }) => ({ privilege, type, name }));
}

// Snowflake shows quotes only where a name needs them.
function keyOf({ privilege, type, name }: Grant): string {
  return JSON.stringify([privilege, type, parseName(name) ?? name]);
}

const READABLE = ['TABLE', 'VIEW', 'MATERIALIZED_VIEW', 'MATERIALIZED VIEW', 'EXTERNAL_TABLE', 'DYNAMIC_TABLE', 'ICEBERG_TABLE'];

/** The grants that a role lacks to read a table, as SQL. */
export function missingForTable(
  access: Access,
  role: string,
  [database = '', schema = '', table = '']: readonly string[],
): readonly string[] {
  return [
    ...(access.may(['USAGE'], ['DATABASE'], [database]) ? [] : [grantLine('USAGE', 'DATABASE', [database], role)]),
    ...(access.may(['USAGE'], ['SCHEMA'], [database, schema]) ? [] : [grantLine('USAGE', 'SCHEMA', [database, schema], role)]),
    ...(access.may(['SELECT'], READABLE, [database, schema, table]) ? [] : [grantLine('SELECT', 'TABLE', [database, schema, table], role)]),
  ];
}
