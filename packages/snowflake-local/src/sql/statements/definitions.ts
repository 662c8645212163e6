import { unsupported } from '../../errors/snowflake-error.ts';
import { identifierName, quoteName, quoteTable, type TableName } from '../identifiers.ts';
import { resolveTable, type Scope } from '../scope.ts';
import { allowOnly, type Fields, fieldsOf, isPresent, listOf, nodeOf } from '../tree.ts';
import { commentOn, defineColumn } from './table.ts';
import { readTableSettings } from './table-settings.ts';
import type { TableSettings, TranslatedDefinition } from './translated.ts';

/** Translates CREATE SCHEMA. */
export function translateSchema(fields: Fields, scope: Scope): TranslatedDefinition {
  allowOnly('CREATE SCHEMA', fields, ['name', 'if_not_exists']);
  const parts = listOf(fields['name']);
  const name = schemaName(parts.at(-1), parts.length === 2 ? parts[0] : undefined, scope);
  return {
    kind: 'definition',
    object: { type: 'Schema', name: { database: scope.session.database, schema: name } },
    mode: fields['if_not_exists'] === true ? 'create-if-absent' : 'create',
    sql: [`CREATE SCHEMA ${quoteName(scope.session.database)}.${quoteName(name)}`],
    tables: [],
    past: [],
    message: `Schema ${name} successfully created.`,
  };
}

/** Translates DROP SCHEMA, which takes everything in it along. */
export function translateDropSchema(fields: Fields, scope: Scope): TranslatedDefinition {
  allowOnly('DROP SCHEMA', fields, ['name', 'if_exists', 'cascade']);
  const name = schemaName(fields['name'], undefined, scope);
  return {
    kind: 'definition',
    object: { type: 'Schema', name: { database: scope.session.database, schema: name } },
    mode: fields['if_exists'] === true ? 'drop-if-present' : 'drop',
    sql: [`DROP SCHEMA ${quoteName(scope.session.database)}.${quoteName(name)} CASCADE`],
    tables: [],
    past: [],
    message: `${name} successfully dropped.`,
  };
}

function schemaName(schema: unknown, database: unknown, { session }: Scope): string {
  if (isPresent(database) && identifierName(database) !== session.database) throw unsupported('a schema of another database');
  return identifierName(schema);
}

/** Translates DROP TABLE. */
export function translateDropTable(fields: Fields, scope: Scope): TranslatedDefinition {
  allowOnly('DROP TABLE', fields, ['names', 'if_exists', 'cascade', 'restrict']);
  const [name, ...others] = listOf(fields['names']);
  if (others.length > 0) throw unsupported('DROP of several tables');
  return dropRelation('Table', resolveTable(fieldsOf(name), scope), fields);
}

/** Translates DROP VIEW. */
export function translateDropView(fields: Fields, scope: Scope): TranslatedDefinition {
  allowOnly('DROP VIEW', fields, ['name', 'if_exists']);
  return dropRelation('View', resolveTable(fieldsOf(fields['name']), scope), fields);
}

function dropRelation(type: 'Table' | 'View', name: TableName, fields: Fields): TranslatedDefinition {
  return {
    kind: 'definition',
    object: { type, name },
    mode: fields['if_exists'] === true ? 'drop-if-present' : 'drop',
    sql: [`DROP ${type.toUpperCase()} ${quoteTable(name)}`],
    tables: [],
    past: [],
    message: `${name.name} successfully dropped.`,
  };
}

/** Translates ALTER TABLE: columns that come, go, or get another name, and the table's own new name. */
export function translateAlterTable(fields: Fields, scope: Scope): TranslatedDefinition {
  allowOnly('ALTER TABLE', fields, ['name', 'actions']);
  const table = resolveTable(fieldsOf(fields['name']), scope);
  const actions = listOf(fields['actions']);
  const settings = alteredSettings(actions);
  const [first] = actions;
  const isRenamed = first !== undefined && nodeOf(first).kind === 'RenameTable';
  return {
    kind: 'definition',
    object: { type: 'Table', name: table },
    mode: 'alter',
    sql: settings === undefined ? actions.flatMap((action) => alterAction(action, table, scope)) : [],
    ...(settings === undefined ? {} : { settings }),
    ...(isRenamed ? { renamedTo: { ...table, name: renamed(nodeOf(first).fields, table, scope) } } : {}),
    tables: [],
    past: [],
    message: 'Statement executed successfully.',
  };
}

function alteredSettings(actions: readonly unknown[]): TableSettings | undefined {
  const [action, ...others] = actions.map(nodeOf);
  if (action?.kind !== 'SetProperty' || others.length > 0) return undefined;
  return readTableSettings(
    listOf(action.fields['properties']).map((pair) => {
      const [name, value] = listOf(pair);
      const { kind, fields } = nodeOf(value);
      if (kind !== 'literal' && kind !== 'boolean') throw unsupported('this ALTER TABLE SET');
      return [String(name), String(fields['value'] ?? false)] as const;
    }),
  );
}

function alterAction(node: unknown, table: TableName, scope: Scope): readonly string[] {
  const { kind, fields } = nodeOf(node);
  const alter = `ALTER TABLE ${quoteTable(table)}`;
  switch (kind) {
    case 'AddColumn': {
      allowOnly('ADD COLUMN', fields, ['column']);
      const column = defineColumn(fieldsOf(fields['column']), scope, new Set());
      return [`${alter} ADD COLUMN ${column.sql}`, commentOn(table, column)];
    }
    case 'DropColumn':
      allowOnly('DROP COLUMN', fields, ['name']);
      return [`${alter} DROP COLUMN ${quoteName(identifierName(fields['name']))}`];
    case 'RenameColumn':
      return [
        `${alter} RENAME COLUMN ${quoteName(identifierName(fields['old_name']))} TO ${quoteName(identifierName(fields['new_name']))}`,
      ];
    case 'RenameTable':
      return [`${alter} RENAME TO ${quoteName(renamed(fields, table, scope))}`];
    default:
      throw unsupported(`ALTER TABLE ${kind}`);
  }
}

function renamed(fields: Fields, table: TableName, scope: Scope): string {
  const target = resolveTable(fields, scope);
  if (isPresent(fields['schema']) && target.schema !== table.schema) throw unsupported('moving a table to another schema');
  return target.name;
}
