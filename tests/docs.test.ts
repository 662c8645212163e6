import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERROR_CATALOGUE } from '@snowmelt/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderErrors, renderFunctions } from '../scripts/generate-docs.mjs';
import { snowmelt } from './e2e/run-snowmelt.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFile(join(ROOT, path), 'utf8');

/** The fenced blocks of one language, in order. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');
}

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter(
      (entry) =>
        entry.isFile() && /\.(ts|mjs)$/.test(entry.name) && !/node_modules|[/\\]dist[/\\]/.test(join(entry.parentPath, entry.name)),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the examples of the docs', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snowmelt-docs-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };

  it.each(['README.md', 'docs/run.md', 'docs/lineage.md'])('%s: the commands run', async (page) => {
    const commands = blocks(await read(page), 'console').flatMap((block) =>
      [...block.matchAll(/^\$ (?:npx )?snowmelt (.+)$/gm)].map((match) => match[1] ?? ''),
    );
    expect(commands.length).toBeGreaterThan(1);
    if (page !== 'README.md') expect(await snowmelt(['init'], { cwd: folder })).toMatchObject({ code: 0 });
    for (const command of commands)
      expect({ command, ...(await snowmelt(command.split(' '), { cwd: folder })) }).toMatchObject({ code: 0, err: '' });
  });

  it('README.md: the scripts exist', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
    const named = [...(await read('README.md')).matchAll(/npm (?:run )?([a-z:]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((name) => name !== 'ci');
    expect(named).toContain('demo');
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  it('docs/declare.md and docs/sql.md: the pipeline and its model compile', async () => {
    const [config = ''] = blocks(await read('docs/declare.md'), 'ts');
    const [model = ''] = blocks(await read('docs/sql.md'), 'sql');
    await write('snowmelt.config.ts', config);
    await write(/^-- (\S+)/.exec(model)?.[1] ?? '', model);
    expect(await snowmelt(['check', '--project', folder])).toMatchObject({ code: 0, err: '' });
  });

  it('docs/checks.md: there is an example of every kind of check; all hold of the files example, and the commands run', async () => {
    const page = await read('docs/checks.md');
    const examples = blocks(page, 'ts').join('');
    const { check } = await import('../packages/core/src/define/checks.ts');
    const kinds = check.options.map(({ shape }) => String([...shape.kind.values][0]));
    expect(kinds.filter((kind) => !examples.includes(`kind: '${kind}'`))).toEqual([]);
    await cp(join(ROOT, 'examples', 'files'), folder, {
      recursive: true,
      filter: (path) => !/[/\\](node_modules|lake|\.snowmelt)$/.test(path),
    });
    const config = await readFile(join(folder, 'snowmelt.config.ts'), 'utf8');
    await write(
      'snowmelt.config.ts',
      config.replace('quarantine: { maxPercent: 10 },', `quarantine: { maxPercent: 10 }, checks: [${examples}],`),
    );
    const ran = await snowmelt(['run', '--date', '2024-05-03', '--json'], { cwd: folder });
    expect(ran).toMatchObject({ code: 0, err: '' });
    const commands = [...page.matchAll(/^\$ snowmelt (.+)$/gm)].map(([, command = '']) => command.match(/"[^"]*"|\S+/g) ?? []);
    expect(commands.length).toBeGreaterThan(4);
    for (const command of commands) {
      const ended = await snowmelt(
        command.map((part) => part.replaceAll('"', '')),
        { cwd: folder },
      );
      expect({ command, ...ended }).toMatchObject({ code: 0, err: '' });
    }
  }, 60_000);

  it('docs/test.md: the test passes against the pipeline of docs/declare.md', async () => {
    const [config = ''] = blocks(await read('docs/declare.md'), 'ts');
    const [model = ''] = blocks(await read('docs/sql.md'), 'sql');
    const [test = ''] = blocks(await read('docs/test.md'), 'yaml');
    await write('snowmelt.config.ts', config);
    await write(/^-- (\S+)/.exec(model)?.[1] ?? '', model);
    await write('tests/docs.yaml', test);
    expect(await snowmelt(['test', '--project', folder])).toMatchObject({ code: 0, out: expect.stringContaining('1 passed.') });
  });

  it('doc comments: every pipeline in them compiles', async () => {
    const files = await sourceFiles('packages');
    const examples = (await Promise.all(files.map((file) => readFile(file, 'utf8'))))
      .flatMap((text) => [...text.matchAll(/^ \* ```ts\n([\s\S]*?)^ \* ```/gm)].map((match) => (match[1] ?? '').replace(/^ \* ?/gm, '')))
      .filter((example) => example.includes('export default definePipeline('));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      await write('snowmelt.config.ts', `import { definePipeline } from '@snowmelt/core';\n${example}`);
      expect(await snowmelt(['check', '--project', folder])).toMatchObject({ code: 0, err: '' });
    }
  });

  it('docs/declare.md: names every key that a declaration can have', async () => {
    const { pipelineSchema } = await import('../packages/core/src/define/pipeline-schema.ts');
    const { knownKeys } = await import('../packages/core/src/define/known-keys.ts');
    const page = await read('docs/declare.md');
    const paths = [[], ['source'], ['bronze', 'x'], ['silver', 'x'], ['silver', 'x', 'columns', 'y'], ['gold', 'x']];
    const keys = paths.flatMap((path) => knownKeys(pipelineSchema, path)).filter((key) => !['name', 'description'].includes(key));
    expect(keys.filter((key) => !page.includes(key))).toEqual([]);
  });
});

describe('the error catalogue', () => {
  it('is what docs/errors.md says', async () => {
    expect(await read('docs/errors.md')).toBe(renderErrors());
    expect(await read('docs/functions.md')).toBe(await renderFunctions());
  });

  it('holds only codes that some code raises and some test provokes', async () => {
    const files = await Promise.all(
      (await Promise.all(['packages', 'tests', 'examples'].map(sourceFiles)))
        .flat()
        .map(async (path) => ({ path, text: await readFile(path, 'utf8') })),
    );
    const [tests, sources] = [
      files.filter(({ path }) => path.endsWith('.test.ts')),
      files.filter(({ path }) => !path.endsWith('.test.ts') && !path.endsWith('catalogue.ts')),
    ];
    const missing = (texts: typeof files) => Object.keys(ERROR_CATALOGUE).filter((code) => !texts.some(({ text }) => text.includes(code)));
    expect(missing(sources)).toEqual([]);
    expect(missing(tests)).toEqual([]);
  });
});
