import type { Clock } from '@snowmelt/core/ports';
import { isPrivateUrl } from '../snowflake-connection.ts';
import { exchange } from './exchange.ts';
import type { StatementContext } from './request-sender.ts';
import { withRetries } from './retry.ts';
import type { ResultChunk, SessionResult } from './session-result.ts';
import { protocolError, type RequestPlace, unreachableError } from './source-errors.ts';
import type { BodyReader } from './sql-api-client.ts';

/** Hands the bytes of a chunk, packed as they arrive, to `read`. Chunks count from 0. @throws source/*, run/interrupted */
export type ChunkReader = <T>(chunk: number, context: StatementContext, read: BodyReader<T>) => Promise<T>;

/** What chunks are read with. */
export interface ChunkReaderOptions {
  readonly first: SessionResult;
  /** Asks for the result again, whose addresses are then fresh. */
  readonly again: (context: StatementContext) => Promise<SessionResult>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly idleTimeoutMs?: number | undefined;
}

/** Makes a reader of one result's chunks. Their addresses expire: where one is refused, all are asked for again. */
export function chunkReader({ first, again, clock, idleTimeoutMs }: ChunkReaderOptions): ChunkReader {
  let current = Promise.resolve(first);
  return (number, context, read) =>
    withRetries(
      async () => {
        const used = current;
        const { chunks, chunkHeaders: headers } = await used;
        const { url, place } = addressOf(chunks[number], context);
        const request = { method: 'GET' as const, url, headers, signal: context.signal, idleTimeoutMs, keepPacked: true, place };
        const exchanged = await exchange(request, ({ body }) => read(body));
        if (exchanged.kind !== 'refused') return exchanged;
        if (current === used) current = again(context);
        await current;
        return { kind: 'again', error: refusedChunk(place, exchanged.status) };
      },
      { clock, signal: context.signal },
    );
}

function addressOf(chunk: ResultChunk | undefined, { dataset }: StatementContext): { readonly url: string; readonly place: RequestPlace } {
  const host = chunk === undefined ? 'Snowflake' : new URL(chunk.url).host;
  const place = { host, at: dataset === undefined ? {} : { dataset }, protocol: 'session protocol' };
  if (chunk === undefined) throw protocolError(place, 'a result with fewer parts than before');
  if (!isPrivateUrl(new URL(chunk.url))) throw protocolError(place, 'a part of a result that is not behind https');
  return { url: chunk.url, place };
}

function refusedChunk(place: RequestPlace, status: number): ReturnType<typeof unreachableError> {
  const hint = `Transport chunks fetches from the cloud's object store: let this machine reach ${place.host}, or use transport raw.`;
  return unreachableError(place, `HTTP ${status} for a part of a result`, { hint });
}
