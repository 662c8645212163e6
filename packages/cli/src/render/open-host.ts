import type { Invocation } from '../arguments/command.ts';
import { liveHost } from './live-host.ts';
import type { RunHost } from './run-host.ts';

/** Chooses how a run's messages are shown. */
export function openHost({ values, terminal }: Invocation): RunHost {
  if (values['json'] === true)
    return { kind: 'json', notify: (message) => terminal.out(`${JSON.stringify(message)}\n`), end: () => undefined };
  if (values['quiet'] === true) return { kind: 'quiet', notify: () => undefined, end: () => undefined };
  return liveHost(terminal);
}
