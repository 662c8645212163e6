import { isSnowmeltError, type SnowmeltError, toSnowmeltError } from '../errors/snowmelt-error.ts';
import { LINEAGE_PREFIX, objectKey } from '../layout/object-key.ts';
import type { Clock } from '../ports/clock.ts';
import type { LineageCollector } from '../ports/lineage-collector.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RunEvent } from './event.ts';

/** What an outbox works with. */
export interface OutboxTools {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Absent: events are kept in the lake only. */
  readonly openCollector?: () => Promise<LineageCollector>;
  /** How long the end may wait for what is still to be sent. */
  readonly waitMs: number;
  /** Is told, once, why something could not be kept or sent. */
  readonly tell: (why: string) => void;
}

/** Takes events, keeps them in the lake and sends them on, in order, beside the run. */
export interface Outbox {
  add(event: Promise<RunEvent>): void;
  /** Waits for what is under way, for a bounded time. Never rejects. */
  close(): Promise<void>;
}

// A collector that restarts is back within this time; one that is away for longer is not waited for.
const RETRY_DELAYS_MS = [200, 1_000];
/** For so long nothing is sent to a collector that has just failed. */
const PAUSE_MS = 20_000;

/** Opens the outbox of one run. */
export function lineageOutbox(run: string, tools: OutboxTools): Outbox {
  const stop = new AbortController();
  const say = once(tools.tell);
  const send = sender(tools, stop.signal, say);
  let count = 0;
  let [keeping, sending] = [Promise.resolve(), Promise.resolve()];
  return {
    add: (event) => {
      count += 1;
      const key = objectKey(`${LINEAGE_PREFIX}${run}/${String(count).padStart(6, '0')}.ndjson`);
      const text = event.then((made) => JSON.stringify(made));
      const keep = async (): Promise<void> => void (await tools.store.putIfAbsent(key, new TextEncoder().encode(`${await text}\n`)));
      keeping = keeping.then(keep).catch((error: unknown) => say(reasonOf(error)));
      sending = sending.then(async () => send(await text)).catch((error: unknown) => say(reasonOf(error)));
    },
    close: async () => {
      const timeUp = new AbortController();
      const waited = tools.clock.sleep(tools.waitMs, timeUp.signal).then(
        () => stop.abort(),
        () => undefined,
      );
      await Promise.race([Promise.all([keeping, sending]), waited]);
      timeUp.abort();
      if (stop.signal.aborted) say('The collector did not take them in time.');
    },
  };
}

function sender({ clock, openCollector }: OutboxTools, signal: AbortSignal, say: (why: string) => void): (event: string) => Promise<void> {
  if (openCollector === undefined) return async () => undefined;
  let opening: Promise<LineageCollector> | undefined;
  let pausedUntil = 0;
  return async (event) => {
    if (signal.aborted || clock.now().getTime() < pausedUntil) return;
    try {
      opening ??= openCollector();
      await deliver(await opening, event, clock, signal);
    } catch (error) {
      pausedUntil = clock.now().getTime() + PAUSE_MS;
      if (!signal.aborted) say(reasonOf(error));
    }
  };
}

async function deliver(collector: LineageCollector, event: string, clock: Clock, signal: AbortSignal): Promise<void> {
  for (const delayMs of RETRY_DELAYS_MS) {
    try {
      await collector.send(event, signal);
      return;
    } catch (error) {
      if (!isSnowmeltError(error) || error.retry !== 'safe' || signal.aborted) throw error;
      await clock.sleep(delayMs, signal);
    }
  }
  await collector.send(event, signal);
}

function reasonOf(error: unknown): string {
  const { message, hint }: SnowmeltError = toSnowmeltError(error);
  return hint === undefined ? message : `${message} ${hint}`;
}

function once(tell: (why: string) => void): (why: string) => void {
  let isTold = false;
  return (why) => {
    if (!isTold) tell(why);
    isTold = true;
  };
}
