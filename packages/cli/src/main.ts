import type { Invocation } from './arguments/command.ts';
import { renderCommandHelp, renderHelp } from './arguments/help.ts';
import type { Terminal } from './terminal.ts';

/** Runs the command line. Never throws. Returns the exit code: 0 done, 1 failed, 2 user error. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.out(renderHelp());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    const { version } = await import('./version.ts');
    terminal.out(`${version()}\n`);
    return 0;
  }
  return runCommand(name, rest, terminal);
}

async function runCommand(name: string, rest: readonly string[], terminal: Terminal): Promise<number> {
  const { findCommand, parseArguments } = await import('./arguments/parse-arguments.ts');
  let invocation: Invocation = { values: {}, positionals: [], terminal };
  try {
    const command = findCommand(name);
    invocation = { ...parseArguments(command, rest), terminal };
    if (invocation.values['help'] === true) {
      terminal.out(renderCommandHelp(command));
      return 0;
    }
    const action = await command.load();
    return await action(invocation);
  } catch (error) {
    const { reportError } = await import('./render/report-error.ts');
    return reportError(error, invocation);
  }
}
