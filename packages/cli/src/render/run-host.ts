import type { Host } from '@snowmelt/core/ports';

/** A host that a command can end: what moved on the terminal is then cleared. */
export interface RunHost extends Host {
  readonly kind: 'json' | 'text' | 'quiet';
  end(): void;
}
