import { type ContractRequest, isSnowmeltError, quoteLiteral, type SourceContract } from '@snowmelt/core/ports';
import { qualifiedName } from '../extract/relation.ts';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import { type Access, missingForTable } from './access.ts';
import type { Ask } from './ask.ts';
import type { SourceFinding } from './finding.ts';
import { quotedName } from './grant-lines.ts';

/** An extract as a doctor sees it. */
export interface ExaminedExtract extends ContractRequest {
  /** It reads what changed, which Snowflake must keep track of. */
  readonly readsChanges: boolean;
}

/** What examining an extract takes. */
export interface TableTools {
  readonly ask: Ask;
  readonly connection: SnowflakeConnection;
  readonly role: string | undefined;
  readonly access: Access | undefined;
  readonly describe: (request: ContractRequest) => Promise<SourceContract>;
}

/** Judges one extract: whether it can be read and is as declared, and whether its past is kept. @throws run/interrupted */
export async function examineExtract(tools: TableTools, extract: ExaminedExtract): Promise<readonly SourceFinding[]> {
  const what = extract.dataset;
  const readable = await readableFinding(tools, extract);
  if (readable.verdict === 'bad' || extract.relation.kind === 'query') return [readable];
  const name = qualifiedName(extract.relation.table, tools.connection);
  const past = await pastFinding(tools.ask, name, extract.readsChanges);
  if (past === undefined) return [readable];
  return past.verdict === 'good' ? [{ ...readable, detail: `${readable.detail}, ${past.detail}` }] : [readable, { what, ...past }];
}

async function readableFinding({ connection, role, access, describe }: TableTools, extract: ExaminedExtract): Promise<SourceFinding> {
  const { dataset: what, relation } = extract;
  try {
    const { described, notes } = await describe(extract);
    const name = relation.kind === 'query' ? 'the query' : relation.table;
    const more =
      notes.length === 0 ? '' : `; \`check --source\` lists ${notes.length} ${notes.length === 1 ? 'difference' : 'differences'}`;
    return { what, verdict: 'good', detail: `${name} can be read, ${described.length} columns${more}` };
  } catch (error) {
    if (!isSnowmeltError(error) || error.code === 'run/interrupted') throw error;
    const detail = [error, ...error.others].map(({ code, message }) => `${code}: ${message}`).join(' ');
    const mayLack = error.code === 'source/statement-failed' && relation.kind === 'table' && access !== undefined && role !== undefined;
    const fix = mayLack ? missingForTable(access, role, qualifiedName(relation.table, connection)) : [];
    return { what, verdict: 'bad', detail, ...(fix.length === 0 ? {} : { fix }) };
  }
}

// Views have no past of their own.
async function pastFinding(ask: Ask, name: readonly string[], readsChanges: boolean): Promise<Omit<SourceFinding, 'what'> | undefined> {
  const [database = '', schema = '', table = ''] = name;
  const rows = await ask(`SHOW TABLES LIKE ${quoteLiteral(table, 'snowflake')} IN SCHEMA ${quotedName([database, schema])}`);
  const found = rows.find((row) => row['name'] === table);
  if (found === undefined) return undefined;
  const { change_tracking: tracking, retention_time: days } = found;
  if (readsChanges && tracking !== 'ON') {
    return { verdict: 'bad', detail: 'changes are not tracked', fix: [trackChanges(name)] };
  }
  if (days === '0') {
    const needs = readsChanges ? 'changes cannot be read' : 'slices and comparisons may see different moments';
    const fix = [`ALTER TABLE ${quotedName(name)} SET DATA_RETENTION_TIME_IN_DAYS = 1;`];
    return { verdict: readsChanges ? 'bad' : 'warning', detail: `no past is kept: ${needs}`, fix };
  }
  return {
    verdict: 'good',
    detail: `its past is kept for ${days ?? '?'} ${days === '1' ? 'day' : 'days'}${tracking === 'ON' ? ', changes are tracked' : ''}`,
  };
}

/** The statement that makes Snowflake keep track of a table's changes. */
export function trackChanges(name: readonly string[]): string {
  return `ALTER TABLE ${quotedName(name)} SET CHANGE_TRACKING = TRUE;`;
}
