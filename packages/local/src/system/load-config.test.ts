import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { typescriptFlags } from '@snowmelt/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';

let root: string;
let project: string;
let cache: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt config's "));
  project = join(root, 'project');
  // There the test runner leaves modules to Node, whose errors are the ones to read.
  cache = join(root, 'node_modules', '.cache');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, name)), { recursive: true });
    await writeFile(join(project, name), text);
  }
}
const load = async (): Promise<unknown> => (await loadConfig(project, cache)).declaration;

describe('loadConfig', () => {
  it('loads TypeScript with all that it imports', async () => {
    await write({
      'snowmelt.config.ts': `
        import { readFileSync } from 'node:fs';
        import type { Nothing } from './types-only.ts';
        import { name, type Shape } from './parts/name.ts';
        import * as js from './parts/plain.js';
        const text: string = \`import { no } from './not-there.ts'\`; // import './nor-this.ts'
        export default { name, text: text satisfies string, js: js.value, here: import.meta.dirname, file: readFileSync(new URL('./a.sql', import.meta.url), 'utf8') } as Shape;
      `,
      'parts/name.ts': `
        import { suffix } from './suffix.js';
        export interface Shape { readonly name: string }
        export const name: string = 'shop' + suffix();
        export const later = () => import('./later.ts');
      `,
      'parts/suffix.ts':
        "import { name } from './name.ts';\nexport const suffix = (): string => ((() => { try { return name.length > 0 ? '?' : ''; } catch { return '!'; } })());",
      'parts/later.ts': 'export default 1;',
      'parts/plain.js': 'export const value = 2;',
      'a.sql': 'select 1',
    });
    expect((await loadConfig(project, cache)).file).toBe('snowmelt.config.ts');
    const loaded = await load();
    expect(loaded).toMatchObject({ name: 'shop!', text: "import { no } from './not-there.ts'", js: 2, here: project, file: 'select 1' });
  });

  it('sees every change, also of an imported file', async () => {
    await write({
      'snowmelt.config.ts': "import { n } from './n.ts';\nexport default n as number;",
      'n.ts': 'export const n: number = 1;',
    });
    expect(await load()).toBe(1);
    expect(await load()).toBe(1);
    await write({ 'n.ts': 'export const n: number = 2;' });
    expect(await load()).toBe(2);
    await write({ 'snowmelt.config.ts': 'export default 3;' });
    expect(await load()).toBe(3);
  });

  it('keeps what it compiled', async () => {
    await write({ 'snowmelt.config.ts': 'export default 1 as number;' });
    await load();
    const kept = await readdir(cache);
    await load();
    expect(await readdir(cache)).toEqual(kept);
    await rm(cache, { recursive: true });
    expect(await load()).toBe(1);
  });

  it('finds @snowmelt/core although the project has no packages', async () => {
    await write({
      'snowmelt.config.ts': "import { definePipeline } from '@snowmelt/core';\nexport default typeof definePipeline;",
    });
    // In a process of its own: the test runner has its own ways of finding packages.
    const script = `import { loadConfig } from ${JSON.stringify(new URL('./load-config.ts', import.meta.url).href)};
      console.log((await loadConfig(process.argv[1], process.argv[2])).declaration);`;
    const flags = [...typescriptFlags(), '--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, project, join(root, 'cache')]);
    expect(stdout).toBe('function\n');
  });

  it("takes a project's own packages from the project", async () => {
    await write({
      'snowmelt.config.ts': "import { x } from '@own/pack/deep';\nexport default x;",
      'node_modules/@own/pack/package.json': '{"name":"@own/pack","type":"module","exports":{"./deep":{"import":"./deep.js"}}}',
      'node_modules/@own/pack/deep.js': 'export const x = 7;',
    });
    expect(await load()).toBe(7);
  });

  it.each(['snowmelt.config.mts', 'snowmelt.config.js', 'snowmelt.config.mjs'])('loads %s', async (name) => {
    await write({ [name]: 'export default 5;' });
    expect(await load()).toBe(5);
  });

  it('gives undefined where nothing is exported as default', async () => {
    await write({ 'snowmelt.config.ts': 'export const pipeline = 1;' });
    expect(await load()).toBeUndefined();
  });

  it('says so when there is none', async () => {
    await mkdir(project);
    await expect(load()).rejects.toMatchObject({ code: 'config/not-found', hint: expect.stringContaining('snowmelt init') });
  });

  it.each([
    [
      'a syntax error',
      { 'snowmelt.config.ts': 'export default {\n  a: 1,\n  b: = 2,\n};' },
      { file: 'snowmelt.config.ts', line: 3, column: 6 },
    ],
    [
      'an error of an imported file',
      { 'snowmelt.config.ts': "import './b.ts';\nexport default 1;", 'b.ts': 'const a: number = 1;\n\nlet a;' },
      { file: 'b.ts', line: 3 },
    ],
    [
      'an exception',
      { 'snowmelt.config.ts': "type A = 1;\nconst x: A = 1;\nthrow new Error('no' + x);\n" },
      { file: 'snowmelt.config.ts', line: 3, column: 7 },
    ],
    [
      'a file that is not there',
      { 'snowmelt.config.ts': "import { a } from './nowhere.ts';\nexport default a;" },
      { file: 'snowmelt.config.ts', line: 1 },
    ],
    [
      'a name that is not exported',
      { 'snowmelt.config.ts': "\nimport { a } from './b.ts';\nexport default a;", 'b.ts': 'export const b = 1;' },
      { file: 'snowmelt.config.ts', line: 2 },
    ],
    [
      'an unknown package',
      { 'snowmelt.config.ts': "import { a } from 'no-such-package';\nexport default a;" },
      { file: 'snowmelt.config.ts' },
    ],
  ])('points at %s', async (_, files, at) => {
    await write(files);
    const failure = await load().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'config/load-failed', at });
    expect(String(failure)).not.toContain(cache);
  });
});
