import { SnowflakeError } from '../errors/snowflake-error.ts';
import type { Answer } from '../server/answers.ts';
import { type LoginOptions, login, renewToken } from './login.ts';
import { abortQuery, fetchResult, type QueryOptions, runQuery } from './queries.ts';
import { monitoringAnswer, refusalAnswer, successAnswer } from './session-answer.ts';
import type { ClientSession } from './session-registry.ts';
import { readFields, type SessionRequest, textOf } from './session-request.ts';

/** What the routes of the session protocol work with. */
export type SessionRoutesOptions = LoginOptions & QueryOptions;

/** Answers a request of the session protocol; undefined for any other path. */
export type SessionRoutes = (request: SessionRequest) => Promise<Answer> | undefined;

type Handler = (request: SessionRequest, session: ClientSession, options: SessionRoutesOptions, handle: string) => Promise<Answer>;

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handler;
}

const HANDLE = '([0-9A-Za-z-]{1,64})';

const ROUTES: readonly Route[] = [
  { method: 'POST', path: /^\/queries\/v1\/query-request$/, handle: runQuery },
  {
    method: 'POST',
    path: /^\/queries\/v1\/abort-request$/,
    handle: async (request, { user }, { registry }) => {
      const requestId = textOf((await readFields(request))['requestId'])?.toLowerCase() ?? '';
      return abortQuery(registry.findRequest(requestId, user));
    },
  },
  {
    method: 'POST',
    path: new RegExp(`^/queries/${HANDLE}/abort-request$`),
    handle: (_, { user }, { registry }, handle) => abortQuery(registry.find(handle, user, 'session')),
  },
  {
    method: 'GET',
    path: new RegExp(`^/queries/${HANDLE}/result$`),
    handle: (request, session, options, handle) => fetchResult(handle, request, session, options),
  },
  {
    method: 'GET',
    // One driver sends two slashes.
    path: new RegExp(`^/monitoring/queries//?${HANDLE}$`),
    handle: async (_, { user }, { registry }, handle) => monitoringAnswer(registry.find(handle, user, 'session')),
  },
  { method: 'POST', path: /^\/session\/heartbeat$/, handle: async () => successAnswer() },
  {
    method: 'POST',
    path: /^\/session$/,
    handle: async ({ query }, session, { sessions }) => {
      if (query.get('delete') !== 'true') throw new SnowflakeError('390400', '22000', 'Only delete=true is known here.');
      sessions.end(session);
      return successAnswer();
    },
  },
  // Accepted and forgotten.
  { method: 'POST', path: /^\/telemetry\/send(\/sessionless)?$/, handle: async () => successAnswer() },
];

/** Makes the routes of the session protocol, which Snowflake's drivers speak. */
export function sessionRoutes(options: SessionRoutesOptions): SessionRoutes {
  return (request) => {
    const chunk = options.chunks.route(request);
    if (chunk !== undefined) return chunk;
    if (request.path === '/session/v1/login-request') return answered(() => login(request, options));
    if (request.path === '/session/token-request') return answered(() => renewToken(request, options));
    for (const { method, path, handle } of ROUTES) {
      const found = path.exec(request.path);
      if (found === null || method !== request.method) continue;
      return answered(() => handle(request, options.sessions.authenticate(request.header('authorization')), options, found[1] ?? ''));
    }
    return undefined;
  };
}

async function answered(task: () => Promise<Answer>): Promise<Answer> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof SnowflakeError) return refusalAnswer(error);
    throw error;
  }
}
