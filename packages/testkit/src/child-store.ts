import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** How a child process opens the store under test: `(await import(module))[factory](options)`. */
export interface StoreRecipe {
  /** Absolute path of a module, TypeScript or JavaScript. */
  readonly module: string;
  readonly factory: string;
  readonly options: unknown;
}

/** Starts a process that does one of the tasks of `store-child.mjs`. */
export function startStoreChild(recipe: StoreRecipe, task: string, ...rest: readonly string[]): ChildProcess {
  const what = [recipe.module, recipe.factory, JSON.stringify(recipe.options), task, ...rest];
  return spawn(process.execPath, [...typescriptFlags(), packageFile('store-child.mjs'), ...what], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Flags of a Node process that is to run the workspace's TypeScript as it is. */
export function typescriptFlags(): readonly string[] {
  return ['--conditions=snowmelt-source', '--import', packageFile('run-typescript.mjs')];
}

/** Waits for a process and returns what it printed; throws if it failed. */
export async function outputOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The process has no output.');
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`The process ended with ${code}.`);
  return output;
}

function packageFile(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
