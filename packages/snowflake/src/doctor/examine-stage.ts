import { quoteLiteral } from '@snowmelt/core/ports';
import { qualifiedName } from '../extract/relation.ts';
import type { SnowflakeConnection, SnowflakeStage } from '../snowflake-connection.ts';
import type { Access } from './access.ts';
import { type Answer, type Ask, propertyOf } from './ask.ts';
import type { Identity } from './examine-account.ts';
import type { SourceFinding } from './finding.ts';
import { grantLine, quoted, quotedName } from './grant-lines.ts';
import { createStage } from './setup-stage.ts';

/** Judges the stage that extracts are unloaded to, and the integration behind it; nothing where none is declared. @throws source/* */
export async function examineStage(
  ask: Ask,
  connection: SnowflakeConnection,
  { role, region }: Identity,
  access: Access | undefined,
): Promise<readonly SourceFinding[]> {
  const { stage } = connection;
  if (stage === undefined) return [];
  const name = qualifiedName(stage.name, connection);
  const [database = '', schema = '', short = ''] = name;
  const shown = await ask(`SHOW STAGES LIKE ${quoteLiteral(short, 'snowflake')} IN SCHEMA ${quotedName([database, schema])}`);
  const found = shown.find((row) => row['name'] === short);
  const grant = role === undefined ? [] : [grantLine('USAGE', 'STAGE', name, role)];
  if (found === undefined) {
    const detail = `\`${stage.name}\` is not there, or role ${role ?? '?'} may not see it`;
    return [{ what: 'stage', verdict: 'bad', detail, fix: [createStage(name, stage.url), ...grant] }];
  }
  if (access?.may(['USAGE', 'WRITE'], ['STAGE'], name) === false) {
    return [{ what: 'stage', verdict: 'bad', detail: `role ${role ?? '?'} may not use \`${stage.name}\``, fix: grant }];
  }
  const integration = found['storage_integration'];
  return [
    stageFinding(stage, name, found, region),
    ...(integration === undefined ? [] : [await integrationFinding(ask, integration, stage, role)]),
  ];
}

function stageFinding(
  stage: SnowflakeStage,
  name: readonly string[],
  { url = '', region: where }: Answer,
  account: string | undefined,
): SourceFinding {
  const what = 'stage';
  if (folder(url) !== folder(stage.url)) {
    const fix = [`ALTER STAGE ${quotedName(name)} SET URL = ${quoteLiteral(folder(stage.url), 'snowflake')};`];
    return { what, verdict: 'bad', detail: `\`${stage.name}\` writes to ${url}, but \`source.stage.url\` is ${stage.url}`, fix };
  }
  const here = account?.replace(/^AWS_/, '').toLowerCase().replaceAll('_', '-');
  if (where !== undefined && account?.startsWith('AWS_') === true && where !== here) {
    return {
      what,
      verdict: 'warning',
      detail: `${stage.name} is in ${where}, the account in ${here}: every byte that is unloaded is billed as transfer`,
    };
  }
  return { what, verdict: 'good', detail: `${stage.name} at ${url}${where === undefined ? '' : `, ${where}`}` };
}

async function integrationFinding(ask: Ask, integration: string, stage: SnowflakeStage, role: string | undefined): Promise<SourceFinding> {
  const what = 'integration';
  const name = quoted(integration);
  const properties = await ask(`DESC INTEGRATION ${name}`).catch(() => undefined);
  if (properties === undefined) {
    const fix = role === undefined ? [] : [grantLine('USAGE', 'INTEGRATION', [integration], role)];
    return { what, verdict: 'warning', detail: `role ${role ?? '?'} may not look at ${integration}, so it was not examined`, fix };
  }
  if (propertyOf(properties, 'ENABLED') !== 'true') {
    return { what, verdict: 'bad', detail: `${integration} is disabled`, fix: [`ALTER STORAGE INTEGRATION ${name} SET ENABLED = TRUE;`] };
  }
  const allowed = (propertyOf(properties, 'STORAGE_ALLOWED_LOCATIONS') ?? '').split(',').map((location) => location.trim());
  if (!allowed.some((location) => location === '*' || folder(stage.url).startsWith(folder(location)))) {
    const locations = [...allowed.filter((location) => location !== ''), folder(stage.url)].map((one) => quoteLiteral(one, 'snowflake'));
    const fix = [`ALTER STORAGE INTEGRATION ${name} SET STORAGE_ALLOWED_LOCATIONS = (${locations.join(', ')});`];
    return { what, verdict: 'bad', detail: `${integration} does not allow ${stage.url}`, fix };
  }
  return { what, verdict: 'good', detail: `${integration} assumes ${propertyOf(properties, 'STORAGE_AWS_ROLE_ARN') ?? 'no role'}` };
}

function folder(url: string): string {
  return `${url.replace(/\/+$/, '')}/`;
}
