/** Where a command's output goes. Results go to `out`, everything else to `err`, so that results can be piped. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** A person watches `err`, so progress may move. */
  readonly isInteractive: boolean;
  readonly hasColor: boolean;
  readonly columns: number;
  readonly cwd: string;
  /** Calls back when the user asks to stop; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
}

/** This process's own terminal. */
export function processTerminal(): Terminal {
  const isInteractive = process.stderr.isTTY === true;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isInteractive,
    hasColor: isInteractive && process.env['NO_COLOR'] === undefined,
    columns: process.stderr.columns ?? 100,
    cwd: process.cwd(),
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
  };
}
