import { unsupported } from '../../errors/snowflake-error.ts';
import type { Session } from '../session.ts';
import type { CreationMode, StageObject, StageOperation, TranslatedStageStatement } from '../statements/translated.ts';
import { resolveStage } from './stage-name.ts';
import { type Options, type OptionValue, type StatementReader, statementReader } from './statement-reader.ts';

const STATEMENT =
  /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(CREATE|DROP|DESC|DESCRIBE|SHOW)\s+(?:OR\s+REPLACE\s+)?(?:STORAGE\s+)?(STAGES?|INTEGRATIONS?)\b/i;

/** Tells whether a statement is about stages or integrations. */
export function isStageStatement(text: string): boolean {
  return STATEMENT.test(text);
}

/** Translates CREATE, DROP, DESC and SHOW of stages and storage integrations. @throws SnowflakeError */
export function translateStageStatement(text: string, session: Session): TranslatedStageStatement {
  const reader = statementReader(text);
  const operation = read(reader, session);
  reader.end();
  return { kind: 'stage', operation, tables: [] };
}

function read(reader: StatementReader, session: Session): StageOperation {
  if (reader.take('CREATE')) return readCreate(reader, session);
  if (reader.take('DROP')) {
    const isStage = takesStage(reader);
    const mode = reader.take('IF', 'EXISTS') ? 'drop-if-present' : 'drop';
    return { action: 'drop', mode, object: objectOf(reader, isStage, session) };
  }
  if (reader.take('SHOW')) return readShow(reader, session);
  if (!reader.take('DESC')) reader.take('DESCRIBE');
  return { action: 'describe', object: objectOf(reader, takesStage(reader), session) };
}

function readShow(reader: StatementReader, session: Session): StageOperation {
  const type = reader.take('STAGES') ? 'Stage' : 'Integration';
  if (type === 'Integration' && !reader.take('INTEGRATIONS') && !reader.take('STORAGE', 'INTEGRATIONS')) throw unsupported('this SHOW');
  const like = reader.take('LIKE') ? reader.text() : undefined;
  const schema = type === 'Stage' && reader.take('IN', 'SCHEMA') ? schemaOf(reader.name(), session) : undefined;
  if (reader.take('IN')) throw unsupported('this SHOW … IN');
  return { action: 'show', type, ...(like === undefined ? {} : { like }), ...(schema === undefined ? {} : { schema }) };
}

function schemaOf(parts: readonly string[], { database }: Session): string {
  const [schema = '', inDatabase = database, ...more] = [...parts].reverse();
  if (more.length > 0 || inDatabase !== database) throw unsupported('a schema of another database');
  return schema;
}

function readCreate(reader: StatementReader, session: Session): StageOperation {
  const isReplaced = reader.take('OR', 'REPLACE');
  const isStage = takesStage(reader);
  const isOptional = reader.take('IF', 'NOT', 'EXISTS');
  const object = objectOf(reader, isStage, session);
  const options = reader.options();
  const mode: CreationMode = isReplaced ? 'replace' : isOptional ? 'create-if-absent' : 'create';
  return { action: 'create', mode, object, settings: isStage ? stageSettings(options) : integrationSettings(options) };
}

function takesStage(reader: StatementReader): boolean {
  if (reader.take('STAGE')) return true;
  if (!reader.take('STORAGE', 'INTEGRATION') && !reader.take('INTEGRATION')) throw unsupported('this statement about a stage');
  return false;
}

function objectOf(reader: StatementReader, isStage: boolean, session: Session): StageObject {
  const parts = reader.name();
  if (isStage) return { type: 'Stage', name: resolveStage(parts, session) };
  if (parts.length !== 1) throw unsupported('a qualified integration name');
  return { type: 'Integration', name: { database: '', schema: '', name: parts[0] ?? '' } };
}

function stageSettings(options: Options): Readonly<Record<string, string>> {
  demandOnly('CREATE STAGE', options, ['URL', 'STORAGE_INTEGRATION', 'FILE_FORMAT', 'COMMENT', 'DIRECTORY']);
  const url = options.get('URL');
  if (url?.kind !== 'scalar') throw unsupported('an internal stage');
  const integration = options.get('STORAGE_INTEGRATION');
  return { url: url.text, ...(integration?.kind === 'scalar' ? { integration: integration.text.toUpperCase() } : {}) };
}

function integrationSettings(options: Options): Readonly<Record<string, string>> {
  demandOnly('CREATE STORAGE INTEGRATION', options, [
    'TYPE',
    'STORAGE_PROVIDER',
    'ENABLED',
    'STORAGE_AWS_ROLE_ARN',
    'STORAGE_AWS_EXTERNAL_ID',
    'STORAGE_ALLOWED_LOCATIONS',
    'STORAGE_BLOCKED_LOCATIONS',
    'COMMENT',
  ]);
  return Object.fromEntries([...options].map(([name, value]) => [name, valueText(value)]));
}

function valueText(value: OptionValue): string {
  if (value.kind === 'options') throw unsupported('options in parentheses here');
  return value.kind === 'scalar' ? value.text : value.items.join(',');
}

function demandOnly(what: string, options: Options, known: readonly string[]): void {
  const unknown = [...options.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw unsupported(`${what} with ${unknown}`);
}
