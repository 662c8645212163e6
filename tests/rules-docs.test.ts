import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePipeline, loadTranslator, parsePipeline } from '@snowmelt/core/compile';
import { findDataset } from '@snowmelt/core/pipeline';
import { keyPads, keyVariables, quoteLiteral } from '@snowmelt/core/ports';
import { duckdbBinder, openDuckdb } from '@snowmelt/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PAGE = await readFile(new URL('../docs/rules.md', import.meta.url), 'utf8');
const FILE = { path: 'snowmelt.config.ts', text: '' };
const KEY = 'the key of the examples in docs/rules.md';

/** One line of the table: a declared column, a value of the source, and what becomes of it. */
interface Example {
  readonly rule: string;
  readonly declared: string;
  readonly source: string | null;
  readonly silver: string;
}

const LINE = /^\| `(\w+)`\s*\| `(\{ .* \})`\s*\| `(.*?)`\s*\| (.*?)\s*\|$/gm;
const EXAMPLES: readonly Example[] = [...PAGE.matchAll(LINE)].map(([, rule = '', declared = '', source = '', silver = '']) => ({
  rule,
  declared,
  source: JSON.parse(source),
  silver,
}));

const folder = await mkdtemp(join(tmpdir(), 'snowmelt-rules-'));
const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: folder });
afterAll(async () => {
  session.close();
  await rm(folder, { recursive: true });
});

const tableOf = (index: number) => `example${index}`;
let graph: Awaited<ReturnType<typeof compilePipeline>>;
beforeAll(async () => {
  const raw = { table: 'raw.csv', mode: 'full', columns: { x: 'VARCHAR' } };
  const people = { kind: 'snapshot', from: 'bronze.raw', columns: { name: { from: 'x', type: 'VARCHAR' } } };
  // The declarations are TypeScript, as users write them.
  const datasets = EXAMPLES.map(({ declared }, index) => {
    const column: unknown = new Function(`return (${declared})`)();
    return [tableOf(index), { kind: 'snapshot', from: 'bronze.raw', columns: { y: column } }] as const;
  });
  const declaration = {
    name: 'examples',
    source: { kind: 'files', folder: 'data' },
    keys: { pii: { env: 'PII_KEY' } },
    bronze: { raw },
    silver: { people, ...Object.fromEntries(datasets) },
  };
  graph = await compilePipeline(parsePipeline(declaration, FILE), {
    declaration: FILE,
    files: { read: async () => undefined },
    binder: duckdbBinder({ session }),
    loadTranslator,
  });
});

/** What a dataset makes of one source row: its value, or why it is refused. */
async function clean(index: number, source: string | null): Promise<string> {
  const dataset = findDataset(graph, `silver.${tableOf(index)}`);
  if (dataset?.layer !== 'silver' || dataset.cleaning === undefined) throw new Error('not a cleaned dataset');
  const connection = await session.connect();
  try {
    const { inner, outer } = keyVariables('pii');
    const pads = await keyPads(new TextEncoder().encode(KEY));
    await connection.run(`SET VARIABLE ${inner} = unhex($1)`, [Buffer.from(pads.inner).toString('hex')]);
    await connection.run(`SET VARIABLE ${outer} = unhex($1)`, [Buffer.from(pads.outer).toString('hex')]);
    await connection.run(`CREATE TEMP TABLE silver__people AS SELECT 'ann' AS "name"`);
    const value = source === null ? 'NULL' : quoteLiteral(source, 'duckdb');
    await connection.run(`CREATE TEMP TABLE _source AS SELECT CAST(${value} AS VARCHAR) AS x, '2024-01-05-r-1' AS _batch`);
    const reader = await connection.runAndReadAll(
      `SELECT CAST("v__y" AS VARCHAR), _reasons FROM (${dataset.cleaning.classify.duckdb.replaceAll('{{logical_date}}', '2024-01-05')})`,
    );
    const [[published, reasons] = []] = reader.getRowsJson();
    if (reasons !== null) return `refused: \`${String(reasons).replace('y: ', '')}\``;
    return `\`${published === null ? 'NULL' : String(published)}\``;
  } finally {
    connection.closeSync();
  }
}

describe('docs/rules.md', () => {
  it.each(EXAMPLES.map((example, index) => [example, index] as const))('%j', async ({ source, silver }, index) => {
    expect(await clean(index, source)).toBe(silver);
  });

  it('has an example of every rule', async () => {
    const { pipelineSchema } = await import('../packages/core/src/define/pipeline-schema.ts');
    const { knownKeys } = await import('../packages/core/src/define/known-keys.ts');
    const rules = knownKeys(pipelineSchema, ['silver', 'x', 'columns', 'y']).filter((key) => key !== 'type' && key !== 'renamedFrom');
    expect([...new Set(EXAMPLES.map(({ rule }) => rule))].sort()).toEqual([...rules].sort());
    for (const { rule, declared } of EXAMPLES) if (rule !== 'cast') expect(declared).toContain(`${rule}:`);
  });
});
