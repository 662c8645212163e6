import type { Fault, FaultKind, RequestMatch, SeenRequest } from './fault.ts';

/** The faults that wait for requests. The same requests in the same order meet the same faults. */
export interface Faults {
  /** Adds a fault. Where several are due for one request the first added wins, and the others count it all the same. */
  add(fault: Fault): AddedFault;
  /** Removes every fault; requests that hang already go on hanging. */
  clear(): void;
  /** The faults that were added, and how many requests each met. */
  list(): readonly { readonly fault: Fault; readonly hits: number }[];
  /** The latest requests, oldest first. */
  requests(): readonly SeenRequest[];
  forgetRequests(): void;
}

/** A fault that was added. */
export interface AddedFault {
  remove(): void;
  /** How many requests met it. */
  hits(): number;
}

/** A request as faults see it. */
export interface FaultyRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
}

/** What the server asks of the plan. */
export interface FaultPlan extends Faults {
  /** Whether a body must be read before it can be said which fault is due. */
  needsBody(method: string): boolean;
  /** Notes a request, and gives the fault that it meets. `answered` tells the plan how it ended. */
  meet(request: FaultyRequest): { readonly fault: FaultKind | undefined; answered(status: number): void };
}

const REMEMBERED = 10_000;

interface Waiting {
  readonly fault: Fault;
  matches: number;
  hits: number;
}

/** Makes a plan without faults. */
export function faultPlan(): FaultPlan {
  let waiting: Waiting[] = [];
  let seen: { method: string; path: string; fault?: FaultKind['kind']; status?: number }[] = [];
  return {
    add(fault) {
      demandCounts(fault.match);
      const added: Waiting = { fault, matches: 0, hits: 0 };
      waiting.push(added);
      return {
        remove() {
          waiting = waiting.filter((one) => one !== added);
        },
        hits: () => added.hits,
      };
    },
    clear() {
      waiting = [];
    },
    list: () => waiting.map(({ fault, hits }) => ({ fault, hits })),
    requests: () => seen.map((request) => ({ ...request })),
    forgetRequests() {
      seen = [];
    },
    needsBody: (method) => waiting.some(({ fault }) => fault.match?.body !== undefined && isMethod(fault.match, method)),
    meet(request) {
      const due = waiting.filter((one) => isDue(one, request));
      const [first] = due;
      if (first !== undefined) first.hits++;
      const { method, path } = request;
      const entry: (typeof seen)[number] = { method, path, ...(first === undefined ? {} : { fault: first.fault.kind }) };
      seen.push(entry);
      if (seen.length > REMEMBERED) seen.shift();
      return {
        fault: first?.fault,
        answered(status) {
          entry.status = status;
        },
      };
    },
  };
}

function isDue(waiting: Waiting, request: FaultyRequest): boolean {
  const { match = {} } = waiting.fault;
  if (!isMethod(match, request.method) || !occurs(match.path, request.path) || !occurs(match.body, request.body)) return false;
  waiting.matches++;
  const { nth = 1, times = 1 } = match;
  return waiting.matches >= nth && waiting.matches < nth + times;
}

function isMethod({ method }: RequestMatch, actual: string): boolean {
  return method === undefined || method.toUpperCase() === actual;
}

function occurs(pattern: string | RegExp | undefined, text: string | undefined): boolean {
  if (pattern === undefined) return true;
  if (text === undefined) return false;
  // A pattern with the flag g remembers where it stopped.
  return typeof pattern === 'string'
    ? text.includes(pattern)
    : new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, '')).test(text);
}

function demandCounts({ nth = 1, times = 1 }: RequestMatch = {}): void {
  if (!(nth >= 1 && times >= 1)) throw new RangeError('A fault needs nth and times of 1 or more.');
}
