import { parseArgs } from 'node:util';
import { SnowmeltError, suggest } from '@snowmelt/core/ports';
import type { CommandSpec, Invocation } from './command.ts';
import { COMMANDS, COMMON_OPTIONS } from './commands.ts';

/** Finds a command by its name. @throws cli/usage */
export function findCommand(name: string): CommandSpec {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((candidate) => candidate.name);
  throw new SnowmeltError('cli/usage', { message: `\`${name}\` is not a command.`, hint: suggest(name, names) });
}

/** Reads what stands behind the command's name. @throws cli/usage */
export function parseArguments(command: CommandSpec, argv: readonly string[]): Omit<Invocation, 'terminal'> {
  const specs = [...command.options, ...COMMON_OPTIONS];
  const options = Object.fromEntries(
    specs.map(({ name, short, value, isMany = false }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: isMany,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    if (values['help'] !== true) checkCount(command, positionals);
    return { values: joined(values), positionals };
  } catch (error) {
    if (error instanceof SnowmeltError) throw error;
    throw usageError(
      command,
      error,
      specs.map(({ name }) => name),
    );
  }
}

function joined(values: Readonly<Record<string, unknown>>): Invocation['values'] {
  const entries = Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.join(' ') : value] as const);
  return Object.fromEntries(entries) as Invocation['values'];
}

function checkCount(command: CommandSpec, positionals: readonly string[]): void {
  const [min, max] = command.takes;
  if (positionals.length >= min && positionals.length <= max) return;
  throw new SnowmeltError('cli/usage', {
    message:
      positionals.length < min
        ? `\`snowmelt ${command.name}\` needs ${command.arguments ?? 'an argument'}.`
        : `\`snowmelt ${command.name}\` does not take \`${positionals[max]}\`.`,
    hint: `See \`snowmelt ${command.name} --help\`.`,
  });
}

function usageError(command: CommandSpec, error: unknown, known: readonly string[]): SnowmeltError {
  const text = error instanceof Error ? error.message : String(error);
  const option = /option '?(--?[\w-]+)/i.exec(text)?.[1];
  const isUnknown = /unknown option/i.test(text);
  const hint =
    isUnknown && option !== undefined
      ? suggest(option.replace(/^-+/, ''), known).replace(/`(\w[\w-]*)`/, '`--$1`')
      : `See \`snowmelt ${command.name} --help\`.`;
  const message = isUnknown
    ? `\`${option}\` is not an option of \`snowmelt ${command.name}\`.`
    : (text.split('. ')[0] ?? text).replace(/\.?$/, '.');
  return new SnowmeltError('cli/usage', { message, hint });
}
