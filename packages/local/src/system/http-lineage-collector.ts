import { type LineageCollector, SnowmeltError } from '@snowmelt/core/ports';

/** Where a collector is. */
export interface CollectorOptions {
  readonly url: string;
  readonly endpoint: string;
  /** Sent as a bearer token, and never part of a message. */
  readonly apiKey?: string;
  /** How long one request may take. */
  readonly timeoutMs: number;
}

/** A collector that takes OpenLineage events over HTTP, as Marquez and most catalogs do. */
export function httpLineageCollector({ url, endpoint, apiKey, timeoutMs }: CollectorOptions): LineageCollector {
  const address = `${url.replace(/\/+$/, '')}/${endpoint.replace(/^\/+/, '')}`;
  const { origin } = new URL(url);
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return {
    send: async (event, signal) => {
      const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const request = { method: 'POST', headers, body: event, redirect: 'manual', signal: within } as const;
      const response = await fetch(address, request).catch((cause: unknown) => {
        throw isTimeout(cause) ? silent(origin, timeoutMs, cause) : unreachable(origin, 'cannot be reached', cause);
      });
      // An answer that is not read keeps its connection.
      await response.body?.cancel();
      if (response.ok) return;
      if (response.status >= 500 || response.status === 429) throw unreachable(origin, `answered ${response.status}`, undefined);
      throw new SnowmeltError('lineage/refused', {
        message: `The lineage collector ${origin} answered ${response.status}.`,
        hint: 'Look at `lineage.openlineage` of the declaration: `url`, `endpoint` and `apiKey`.',
      });
    },
  };
}

function unreachable(origin: string, what: string, cause: unknown): SnowmeltError {
  return new SnowmeltError('lineage/unreachable', {
    message: `The lineage collector ${origin} ${what}.`,
    hint: 'The events are kept in the lake, in artifacts/logs/lineage/.',
    cause,
  });
}

// Not tried again: it may have the event already, and whoever is silent once is silent for long.
function silent(origin: string, timeoutMs: number, cause: unknown): SnowmeltError {
  const { message, hint } = unreachable(origin, `did not answer within ${timeoutMs} ms`, cause);
  return new SnowmeltError('lineage/unreachable', { message, ...(hint === undefined ? {} : { hint }), retry: 'exhausted', cause });
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
