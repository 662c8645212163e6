import { SnowflakeError } from '../errors/snowflake-error.ts';
import type { Answer } from '../server/answers.ts';
import type { CredentialCheck } from './credentials.ts';
import { successAnswer } from './session-answer.ts';
import { type CommandPlace, demandDatabase, identifierOf } from './session-command.ts';
import { shownParameters, withParameters } from './session-parameters.ts';
import type { ClientSession, SessionContext, SessionRegistry, SessionTokens } from './session-registry.ts';
import { fieldsOf, readFields, type SessionRequest, textOf } from './session-request.ts';

/** What a login works with. */
export interface LoginOptions extends CommandPlace {
  readonly sessions: SessionRegistry;
  readonly check: CredentialCheck;
}

const SERVER_VERSION = '9.0.0';

/** Opens a session for whoever has the right credentials. @throws SnowflakeError */
export async function login(request: SessionRequest, options: LoginOptions): Promise<Answer> {
  const data = fieldsOf((await readFields(request))['data']);
  const user = options.check(data);
  const parameters = withParameters(new Map(), data['SESSION_PARAMETERS']);
  const { session, tokens } = options.sessions.open({ user, context: contextOf(request.query, options), parameters });
  return loginAnswer(session, tokens);
}

/** Gives new tokens to a driver whose session token expired. @throws SnowflakeError */
export async function renewToken(request: SessionRequest, { sessions }: LoginOptions): Promise<Answer> {
  await readFields(request);
  const { session, tokens } = sessions.renew(request.header('authorization'));
  return successAnswer({
    sessionToken: tokens.token,
    validityInSecondsST: tokens.validityInSeconds,
    masterToken: tokens.masterToken,
    validityInSecondsMT: tokens.masterValidityInSeconds,
    sessionId: session.id,
  });
}

function contextOf(query: URLSearchParams, place: CommandPlace): SessionContext {
  const [database, schema, role, warehouse] = ['databaseName', 'schemaName', 'roleName', 'warehouse'].map((name) => {
    const text = textOf(query.get(name));
    return text === undefined ? undefined : identifierOf(text);
  });
  return {
    database: database === undefined ? place.databaseName : demandKnown(database, place),
    schema: schema ?? place.schema,
    role: role ?? 'PUBLIC',
    warehouse,
  };
}

function demandKnown(database: string, place: CommandPlace): string {
  try {
    return demandDatabase(database, place);
  } catch (cause) {
    throw new SnowflakeError('390201', '08004', 'The requested database does not exist or not authorized.', { cause });
  }
}

function loginAnswer({ id, context, parameters, user }: ClientSession, tokens: SessionTokens): Answer {
  return successAnswer({
    ...tokens,
    displayUserName: user,
    serverVersion: SERVER_VERSION,
    firstLogin: false,
    remMeToken: null,
    remMeValidityInSeconds: 0,
    healthCheckInterval: 45,
    sessionId: id,
    parameters: shownParameters(parameters),
    sessionInfo: {
      databaseName: context.database,
      schemaName: context.schema,
      warehouseName: context.warehouse ?? null,
      roleName: context.role,
    },
    responseData: null,
  });
}
