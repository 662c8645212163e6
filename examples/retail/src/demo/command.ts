import { main } from 'snowmelt';

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `snowmelt` in this process, as the command line would, and keeps what it prints. */
export async function snowmelt(argv: readonly string[], onInterrupt: (listener: () => void) => () => void): Promise<CommandResult> {
  let out = '';
  let err = '';
  const exitCode = await main(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isInteractive: false,
    hasColor: false,
    columns: 100,
    cwd: process.cwd(),
    onInterrupt,
  });
  return { exitCode, out, err };
}

/** The objects of an output in JSON lines. */
export function readJsonLines(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
