import type { Host } from '@snowmelt/core/ports';
import type { Invocation } from '../arguments/command.ts';
import { liveHost } from './live-host.ts';

/** A host that a command can end: what moved on the terminal is then cleared. */
export interface RunHost extends Host {
  readonly kind: 'json' | 'text' | 'quiet';
  end(): void;
}

/** Chooses how a run's messages are shown. */
export function openHost({ values, terminal }: Invocation): RunHost {
  if (values['json'] === true)
    return { kind: 'json', notify: (message) => terminal.out(`${JSON.stringify(message)}\n`), end: () => undefined };
  if (values['quiet'] === true) return { kind: 'quiet', notify: () => undefined, end: () => undefined };
  return liveHost(terminal);
}
