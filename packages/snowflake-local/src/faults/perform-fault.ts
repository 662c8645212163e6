import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expiredToken, failureBody } from './failure-bodies.ts';
import type { FaultKind } from './fault.ts';
import { pendingBody } from './pending.ts';
import type { WholeAnswer } from './relay.ts';

/** What a fault can do with a request. */
export interface FaultTools {
  /** Serves the request as if nothing were wrong. */
  readonly serve: () => Promise<void> | void;
  /** Lets the server do what is asked, and gives its answer instead of sending it. */
  readonly ask: () => Promise<WholeAnswer>;
  readonly commit: (sql: string, at: string | undefined) => Promise<void>;
}

/** Lets a request meet a fault. */
export async function performFault(fault: FaultKind, request: IncomingMessage, response: ServerResponse, tools: FaultTools): Promise<void> {
  switch (fault.kind) {
    case 'slow':
      await sleep(fault.ms, undefined, { ref: false });
      return tools.serve();
    case 'late-commit':
      await tools.commit(fault.sql, fault.at);
      return tools.serve();
    case 'pending': {
      const answer = await tools.ask();
      return send(response, (await pendingBody(answer)) ?? answer);
    }
    case 'status': {
      if (fault.after === true) await tools.ask();
      const { contentType, text } = failureBody(fault.status);
      const wait = fault.retryAfterSeconds;
      const headers = { 'content-type': contentType, ...(wait === undefined ? {} : { 'retry-after': String(wait) }) };
      return send(response, { status: fault.status, headers, body: Buffer.from(text) });
    }
    case 'expired-token': {
      const { status, contentType, text } = expiredToken(request.url ?? '');
      return send(response, { status, headers: { 'content-type': contentType }, body: Buffer.from(text) });
    }
    case 'drop':
      if (fault.after === true) await tools.ask();
      response.destroy();
      return;
    case 'hang':
      return hang(response, fault, tools);
    case 'truncate':
      return truncate(response, await tools.ask(), fault);
    default:
      return send(response, withWrongGzip(await tools.ask()));
  }
}

async function hang(response: ServerResponse, { bytes, after }: Extract<FaultKind, { kind: 'hang' }>, tools: FaultTools): Promise<void> {
  if (bytes === undefined && after !== true) return;
  const answer = await tools.ask();
  if (bytes === undefined) return;
  response.writeHead(answer.status, withLength(answer.headers, answer.body.length));
  // Fewer than all, or it would not hang.
  response.write(answer.body.subarray(0, Math.min(bytes, answer.body.length - 1)));
}

function truncate(
  response: ServerResponse,
  { status, headers, body }: WholeAnswer,
  { bytes, looksComplete }: Extract<FaultKind, { kind: 'truncate' }>,
): void {
  const rest = body.subarray(0, Math.min(bytes ?? Math.floor(body.length / 2), Math.max(0, body.length - 1)));
  response.writeHead(status, withLength(headers, looksComplete === true ? rest.length : body.length));
  if (looksComplete === true) response.end(rest);
  else response.write(rest, () => response.destroy());
}

function withWrongGzip(answer: WholeAnswer): WholeAnswer {
  const isPacked = answer.headers['content-encoding'] === 'gzip';
  const body = Buffer.from(answer.body);
  // A header that is in order, and nonsense behind it.
  if (isPacked) body.fill(0xff, 10);
  return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body };
}

/** Sends an answer as it is. */
export function send(response: ServerResponse, { status, headers, body }: Pick<WholeAnswer, 'status' | 'headers' | 'body'>): void {
  response.writeHead(status, withLength(headers, body.length));
  response.end(body);
}

function withLength(headers: OutgoingHttpHeaders, length: number): OutgoingHttpHeaders {
  const { connection: _, 'transfer-encoding': __, ...kept } = headers;
  return { ...kept, 'content-length': length };
}
