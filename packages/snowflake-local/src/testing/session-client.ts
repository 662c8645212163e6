import type { RunningServer } from '../start-server.ts';
import type { Json } from './sql-api.ts';

/** What a request of the session protocol was answered. */
export interface SessionReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly data: Json;
}

/** Speaks the session protocol as drivers do, for tests of what goes over the wire. */
export interface SessionClient {
  readonly token: string;
  readonly masterToken: string;
  send(method: string, path: string, body?: unknown, token?: string): Promise<SessionReply>;
  query(sqlText: string, body?: Json, search?: string): Promise<SessionReply>;
}

export async function sendSession(
  server: RunningServer,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<SessionReply> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Snowflake Token="${token}"` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const parsed: Json = JSON.parse(await response.text());
  return { status: response.status, headers: response.headers, body: parsed, data: (parsed['data'] ?? {}) as Json };
}

/** Logs a user in by password. */
export async function openSession(server: RunningServer, login: Json, search = ''): Promise<SessionClient> {
  const { data, body } = await sendSession(server, 'POST', `/session/v1/login-request${search}`, { data: login });
  if (body['success'] !== true) throw new Error(String(body['message']));
  const token = String(data['token']);
  const send: SessionClient['send'] = (method, path, sent, as = token) => sendSession(server, method, path, sent, as);
  return {
    token,
    masterToken: String(data['masterToken']),
    send,
    query: (sqlText, more = {}, query = '') => send('POST', `/queries/v1/query-request${query}`, { sqlText, ...more }),
  };
}
