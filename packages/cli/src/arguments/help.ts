import type { CommandSpec, OptionSpec } from './command.ts';
import { COMMANDS, COMMON_OPTIONS } from './commands.ts';

/** The help of the whole command. */
export function renderHelp(): string {
  const width = Math.max(...COMMANDS.map((command) => signature(command).length));
  const commands = COMMANDS.map((command) => `  ${signature(command).padEnd(width)}  ${command.summary}`);
  return `${[
    'snowmelt: take Snowflake tables to a checked lake, bronze to silver to gold.',
    '',
    'usage: snowmelt COMMAND [options]',
    '',
    'commands:',
    ...commands,
    '',
    'options of every command:',
    ...renderOptions(COMMON_OPTIONS),
    '',
    'Exit codes: 0 done, 1 failed, 2 user error. `snowmelt COMMAND --help` says more.',
  ].join('\n')}\n`;
}

/** The help of one command. */
export function renderCommandHelp(command: CommandSpec): string {
  return `${[
    `snowmelt ${signature(command)}: ${command.summary}.`,
    ...(command.details === undefined ? [] : ['', command.details]),
    '',
    'options:',
    ...renderOptions([...command.options, ...COMMON_OPTIONS]),
  ].join('\n')}\n`;
}

function signature(command: CommandSpec): string {
  return command.arguments === undefined ? command.name : `${command.name} ${command.arguments}`;
}

function renderOptions(options: readonly OptionSpec[]): string[] {
  const left = options.map(
    ({ name, short, value }) => `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
  );
  const width = Math.max(...left.map((text) => text.length));
  return options.map(({ help }, index) => `  ${(left[index] ?? '').padEnd(width)}  ${help}`);
}
