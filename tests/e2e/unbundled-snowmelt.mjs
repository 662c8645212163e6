// The command from its packages' own files instead of the bundle.
import { main } from '../../packages/cli/dist/main.js';
import { processTerminal } from '../../packages/cli/dist/terminal.js';

process.exitCode = await main(process.argv.slice(2), processTerminal());
