// Lets a child process of a test run the workspace's TypeScript: node --conditions=snowmelt-source --import ./run-typescript.mjs FILE.ts
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
