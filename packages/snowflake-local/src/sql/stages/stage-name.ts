import { syntaxError, unsupported } from '../../errors/snowflake-error.ts';
import type { TableName } from '../identifiers.ts';
import type { Session } from '../session.ts';

/** A place in a stage: the stage, and the path that its files' names begin with. */
export interface StageLocation {
  readonly stage: TableName;
  readonly path: string;
}

/** Completes a stage's name with the session's database and schema. */
export function resolveStage(parts: readonly string[], { database, schema }: Session): TableName {
  const [name, inSchema = schema, inDatabase = database, ...more] = [...parts].reverse();
  if (name === undefined || more.length > 0) throw unsupported('this stage name');
  if (inDatabase !== database) throw unsupported('a stage of another database');
  return { database, schema: inSchema, name };
}

const LOCATION = /^@((?:(?:"[^"]+"|[A-Za-z_][\w$]*)\.){0,2}(?:"[^"]+"|[A-Za-z_][\w$]*))(?:\/(.*))?$/;

/** Reads `@STAGE/path`. @throws SnowflakeError for user and table stages, for plain addresses, and for a path that leaves the stage */
export function stageLocation(text: string, session: Session): StageLocation {
  if (/^@[~%]/.test(text) || /^@.*\.%/.test(text)) throw unsupported('user and table stages');
  if (!text.startsWith('@')) throw unsupported('COPY INTO an address; make a stage for it');
  const [, name = '', path = ''] = LOCATION.exec(text) ?? [];
  if (name === '') throw syntaxError(`line 1 at position 0 unexpected '${text}'.`);
  if (path.split('/').includes('..') || path.includes('\\')) throw unsupported('a stage path with ".."');
  const parts = [...name.matchAll(/"([^"]+)"|([^."]+)/g)].map(([, quoted, plain]) => quoted ?? plain?.toUpperCase() ?? '');
  return { stage: resolveStage(parts, session), path };
}
