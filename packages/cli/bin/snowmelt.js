#!/usr/bin/env node
import { main } from '../bundle/main.js';
import { processTerminal } from '../bundle/terminal.js';

process.exitCode = await main(process.argv.slice(2), processTerminal());
