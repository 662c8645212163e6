import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { adminRoutes } from './admin-routes.ts';
import type { FaultPlan } from './fault-plan.ts';
import { performFault, send } from './perform-fault.ts';
import { INNER, plainText, relay, wholeBody } from './relay.ts';

/** What stands before the server. */
export interface FaultGateOptions {
  /** Serves the requests that nothing happens to. It need not listen. */
  readonly inner: Server;
  readonly plan: FaultPlan;
  /** Whoever knows it may add faults over HTTP. Without it nobody may. */
  readonly adminToken: string | undefined;
  readonly commit: (sql: string, at: string | undefined) => Promise<void>;
  readonly log: (line: string) => void;
}

/** Makes the server that listens: a bad network between the client and the server behind it, as bad as the plan says. */
export function faultGate({ inner, plan, adminToken, commit, log }: FaultGateOptions): Server {
  const secret = randomUUID();
  const admin = adminToken === undefined ? undefined : adminRoutes(plan, adminToken);
  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    inner.emit('request', request, response);
  };
  return createServer((request, response) => {
    if (request.headers[INNER] === secret) return pass(request, response);
    if (admin !== undefined && request.url?.startsWith('/admin/') === true) return void admin(request, response);
    void meet(request, response).catch((error: unknown) => {
      log(`broken connection: ${error instanceof Error ? error.message : String(error)}`);
      response.destroy();
    });
  });

  async function meet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    let read = plan.needsBody(method) ? wholeBody(request) : undefined;
    const body = read === undefined ? undefined : await plainText(await read, request.headers).catch(() => undefined);
    const { fault, answered } = plan.meet({ method, path: url, body });
    response.once('finish', () => answered(response.statusCode));
    const ask = async (): ReturnType<typeof relay> => {
      read ??= wholeBody(request);
      return relay(request, await read, secret);
    };
    // A body that was read can be passed on only by sending it again.
    const serve = async (): Promise<void> => (read === undefined ? pass(request, response) : send(response, await ask()));
    if (fault === undefined) return serve();
    log(`fault: ${fault.kind} for ${method} ${url.split('?', 1)[0]}`);
    await performFault(fault, request, response, { serve, ask, commit });
  }
}
