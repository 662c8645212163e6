import { afterAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../local/src/duckdb/duckdb-session.ts';
import { compilePipeline, loadTranslator, type PipelineDeclaration, parsePipeline } from '../compile.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';

const session = openDuckdb({ memoryLimit: '300MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const FILE = { path: 'snowmelt.config.ts', text: '' };
const translator = loadTranslator();

type Reference = { readonly dataset: string; readonly column: string };

/** Orders that refer to customers; `back` makes customers refer to orders. */
async function compile(reference: Reference, type = 'VARCHAR', back?: Reference, more: object = {}) {
  const declaration: PipelineDeclaration = {
    name: 'shop',
    source: { kind: 'files', folder: 'data' },
    keys: { pii: { env: 'PII_KEY' }, other: { env: 'OTHER' } },
    bronze: { raw: { table: 'raw.csv', mode: 'full', columns: { id: 'VARCHAR', buyer: 'VARCHAR', seen: 'TIMESTAMP_NTZ', rate: 'FLOAT' } } },
    silver: {
      orders: { kind: 'snapshot', from: 'bronze.raw', columns: { id: { type: 'VARCHAR' }, buyer: { type, reference, ...more } } },
      customers: {
        kind: 'snapshot',
        from: 'bronze.raw',
        columns: { id: { type: 'VARCHAR', ...(back === undefined ? {} : { reference: back }) } },
      },
    },
  };
  try {
    const files = { read: async () => undefined };
    const input = { declaration: FILE, files, binder: duckdbBinder({ session }), loadTranslator: () => translator };
    return { graph: await compilePipeline(parsePipeline(declaration, FILE), input), problems: [] };
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return { graph: undefined, problems: [error, ...error.others].map(({ code, message, hint }) => `${code}: ${message} ${hint}`) };
  }
}

const toCustomers = { dataset: 'silver.customers', column: 'id' };

describe('a reference', () => {
  it('makes the other dataset an input that is built before, whatever the order of declaration', async () => {
    const { graph, problems } = await compile(toCustomers);
    expect(problems).toEqual([]);
    expect(graph?.datasets.map(({ name }) => name)).toEqual(['bronze.raw', 'silver.customers', 'silver.orders']);
    expect(graph?.datasets.at(-1)).toMatchObject({ inputs: ['bronze.raw', 'silver.customers'], lookups: ['silver.customers'] });
  });

  it.each([
    [{ dataset: 'silver.customer', column: 'id' }, 'VARCHAR', 'config/invalid', 'Did you mean `silver.customers`?'],
    [{ dataset: 'silver.customers', column: 'it' }, 'VARCHAR', 'compile/unknown-column', 'Did you mean `id`?'],
    [toCustomers, 'NUMBER(9,0)', 'compile/type-error', 'Declare both as the same type.'],
    [{ dataset: 'silver.orders', column: 'id' }, 'VARCHAR', 'compile/cycle', 'silver.orders → silver.orders'],
  ])('to %j of a %s is refused', async (reference, type, code, message) => {
    const { problems } = await compile(reference, type);
    expect(problems).toEqual([expect.stringContaining(message)]);
    expect(problems[0]).toContain(code);
  });

  it('cannot go in a circle', async () => {
    const { problems } = await compile(toCustomers, 'VARCHAR', { dataset: 'silver.orders', column: 'id' });
    expect(problems).toEqual([expect.stringMatching(/^compile\/cycle: .*silver\.orders → silver\.customers → silver\.orders/)]);
  });
});

describe('a graph', () => {
  it('holds where the keys are that a dataset needs, and no others', async () => {
    const { graph } = await compile(toCustomers, 'VARCHAR', undefined, { protect: { method: 'hash', key: 'pii' } });
    expect(graph?.datasets.at(-1)).toMatchObject({ keys: { pii: { env: 'PII_KEY' } } });
    expect(JSON.stringify(graph)).not.toContain('OTHER');
  });
});

describe('a cast', () => {
  it('that always loses the date is refused', async () => {
    const { problems } = await compile(toCustomers, 'TIME', undefined, { from: 'seen', reference: undefined });
    expect(problems).toEqual([expect.stringContaining("would lose its date. Say `cast: 'truncate'`")]);
  });

  it('of what has no one spelling is not hashed', async () => {
    const protect = { method: 'hash', key: 'pii' };
    const { problems } = await compile(toCustomers, 'VARCHAR', undefined, { from: 'rate', reference: undefined, protect });
    expect(problems).toEqual([expect.stringContaining('has no one spelling to be hashed')]);
  });
});
