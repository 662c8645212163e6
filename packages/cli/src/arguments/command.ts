import type { Terminal } from '../terminal.ts';

/** One option of a command line. `value`: what stands for its value in the help; absent for a switch. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  readonly value?: string;
  /** May be given several times; the values are then joined by blanks. */
  readonly isMany?: true;
  readonly help: string;
}

/** What a command was called with. */
export interface Invocation {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly terminal: Terminal;
}

/** Runs a command; returns the exit code: 0 done, 1 failed, 2 user error. */
export type CommandAction = (invocation: Invocation) => Promise<number>;

/** A command as the help shows it; its code is loaded when it is called. */
export interface CommandSpec {
  readonly name: string;
  readonly arguments?: string;
  readonly summary: string;
  readonly details?: string;
  /** Positional arguments: how many at least and at most. */
  readonly takes: readonly [number, number];
  readonly options: readonly OptionSpec[];
  readonly load: () => Promise<CommandAction>;
}
