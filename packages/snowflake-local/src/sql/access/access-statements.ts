import { unsupported } from '../../errors/snowflake-error.ts';
import type { Session } from '../session.ts';
import { type Options, type StatementReader, statementReader } from '../stages/statement-reader.ts';
import type { AccessOperation, CreationMode, GrantedObject, TranslatedAccessStatement } from '../statements/translated.ts';

const STATEMENT =
  /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(CREATE\s+(?:OR\s+REPLACE\s+)?(?:ROLE|USER|WAREHOUSE)\b|GRANT\b|SHOW\s+(?:GRANTS|WAREHOUSES)\b)/i;

/** Tells whether a statement is about roles, users or warehouses. */
export function isAccessStatement(text: string): boolean {
  return STATEMENT.test(text);
}

/** Translates CREATE ROLE, USER and WAREHOUSE, GRANT, SHOW GRANTS TO ROLE and SHOW WAREHOUSES. @throws SnowflakeError */
export function translateAccessStatement(text: string, session: Session): TranslatedAccessStatement {
  const reader = statementReader(text);
  const operation = read(reader, session);
  reader.end();
  return { kind: 'access', operation, tables: [] };
}

function read(reader: StatementReader, session: Session): AccessOperation {
  if (reader.take('CREATE')) return readCreate(reader);
  if (reader.take('GRANT')) return readGrant(reader, session);
  if (reader.take('SHOW', 'WAREHOUSES')) {
    const like = reader.take('LIKE') ? reader.text() : undefined;
    return { action: 'show-warehouses', ...(like === undefined ? {} : { like }) };
  }
  if (!reader.take('SHOW', 'GRANTS', 'TO', 'ROLE')) throw unsupported('this SHOW GRANTS');
  return { action: 'show-grants', role: simpleName(reader) };
}

function readCreate(reader: StatementReader): AccessOperation {
  const isReplaced = reader.take('OR', 'REPLACE');
  const type = reader.take('ROLE') ? 'Role' : reader.take('USER') ? 'User' : 'Warehouse';
  if (type === 'Warehouse') reader.take('WAREHOUSE');
  const mode: CreationMode = isReplaced ? 'replace' : reader.take('IF', 'NOT', 'EXISTS') ? 'create-if-absent' : 'create';
  const name = simpleName(reader);
  return { action: 'create', mode, type, name, settings: settingsOf(type, reader.options()) };
}

const KNOWN = {
  Role: ['COMMENT'],
  User: ['TYPE', 'DEFAULT_ROLE', 'DEFAULT_WAREHOUSE', 'RSA_PUBLIC_KEY', 'WORKLOAD_IDENTITY', 'COMMENT'],
  Warehouse: ['WAREHOUSE_SIZE', 'AUTO_SUSPEND', 'AUTO_RESUME', 'INITIALLY_SUSPENDED', 'COMMENT'],
} as const;

function settingsOf(type: keyof typeof KNOWN, options: Options): Readonly<Record<string, string>> {
  const known: readonly string[] = KNOWN[type];
  const unknown = [...options.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw unsupported(`CREATE ${type.toUpperCase()} with ${unknown}`);
  return Object.fromEntries([...options].flatMap(([name, value]) => (value.kind === 'scalar' ? [[name, value.text]] : [])));
}

const OBJECTS = ['DATABASE', 'SCHEMA', 'TABLE', 'VIEW', 'WAREHOUSE', 'STAGE', 'INTEGRATION'] as const;
const PRIVILEGES = ['USAGE', 'OPERATE', 'SELECT', 'MONITOR', 'READ', 'WRITE', 'OWNERSHIP'] as const;

function readGrant(reader: StatementReader, session: Session): AccessOperation {
  if (reader.take('ROLE')) {
    const object = { type: 'ROLE', name: simpleName(reader) };
    const type = reader.take('TO', 'USER') ? 'USER' : 'ROLE';
    if (type === 'ROLE' && !reader.take('TO', 'ROLE')) throw unsupported('this GRANT ROLE');
    return { action: 'grant', privileges: ['USAGE'], object, grantee: { type, name: simpleName(reader) } };
  }
  const privilege = PRIVILEGES.find((word) => reader.take(word));
  if (privilege === undefined || !reader.take('ON')) throw unsupported('this GRANT');
  const object = readObject(reader, session);
  if (!reader.take('TO', 'ROLE')) throw unsupported('a GRANT to anything but a role');
  return { action: 'grant', privileges: [privilege], object, grantee: { type: 'ROLE', name: simpleName(reader) } };
}

function readObject(reader: StatementReader, { database, schema }: Session): GrantedObject {
  const type = OBJECTS.find((word) => reader.take(word));
  if (type === undefined) throw unsupported('a GRANT on this kind of object');
  const parts = reader.name();
  const depth = type === 'SCHEMA' ? 2 : ['TABLE', 'VIEW', 'STAGE'].includes(type) ? 3 : 1;
  if (parts.length > depth) throw unsupported('this name in a GRANT');
  const context = depth === 1 ? [] : depth === 2 ? [database] : [database, schema];
  return { type, name: [...context.slice(0, depth - parts.length), ...parts].map(shown).join('.') };
}

// Snowflake shows a name in quotes only where it needs them.
function shown(part: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`;
}

function simpleName(reader: StatementReader): string {
  const [name = '', ...more] = reader.name();
  if (more.length > 0) throw unsupported('a qualified name here');
  return name;
}
