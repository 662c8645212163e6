import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultPlan } from './fault-plan.ts';
import { parseFault } from './parse-fault.ts';
import { wholeBody } from './relay.ts';

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Makes the routes under /admin, by which another process adds faults and looks at requests. */
export function adminRoutes(plan: FaultPlan, token: string): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const reply = await answer(request, plan, token).catch((error: unknown): Reply => {
      return { status: 400, body: { message: error instanceof Error ? error.message : String(error) } };
    });
    response.writeHead(reply.status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(reply.body));
  };
}

async function answer(request: IncomingMessage, plan: FaultPlan, token: string): Promise<Reply> {
  if (!isSame(request.headers.authorization ?? '', `Bearer ${token}`))
    return { status: 401, body: { message: 'The admin token is missing.' } };
  switch (`${request.method} ${request.url?.split('?', 1)[0]}`) {
    case 'POST /admin/faults':
      plan.add(parseFault((await wholeBody(request)).toString('utf8')));
      return { status: 201, body: {} };
    case 'GET /admin/faults':
      return { status: 200, body: plan.list().map(({ fault, hits }) => ({ ...fault, match: shownMatch(fault.match), hits })) };
    case 'DELETE /admin/faults':
      plan.clear();
      return { status: 200, body: {} };
    case 'GET /admin/requests':
      return { status: 200, body: plan.requests() };
    case 'DELETE /admin/requests':
      plan.forgetRequests();
      return { status: 200, body: {} };
    default:
      return { status: 404, body: { message: 'There is no such admin call.' } };
  }
}

function shownMatch(match: object = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(match).map(([name, value]) => [name, value instanceof RegExp ? value.source : value]));
}

function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}
