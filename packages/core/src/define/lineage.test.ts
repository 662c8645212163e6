import { describe, expect, it } from 'vitest';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { parsePipeline } from './parse-pipeline.ts';

function problems(openlineage: object): readonly string[] {
  const source = { kind: 'files', folder: 'data' };
  const bronze = { orders: { table: 'orders.csv', mode: 'full', columns: { id: 'NUMBER(10,0)' } } };
  try {
    parsePipeline({ name: 'shop', source, bronze, lineage: { openlineage } }, { path: 'snowmelt.config.ts', text: '' });
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others].map(({ message, hint }) => `${message} ${hint}`);
  }
}

describe('lineage.openlineage', () => {
  it.each([[{}], [{ url: 'https://lineage.example.com', apiKey: { env: 'KEY' }, namespace: 'shop', timeout: '2 seconds' }]])(
    'may be declared: %j',
    (openlineage) => {
      expect(problems(openlineage)).toEqual([]);
    },
  );

  it.each([
    [{ apiKey: { env: 'KEY' } }, 'An API key without a `url` is sent nowhere.'],
    [{ url: 'lineage.example.com' }, 'must be an http or https address'],
    [{ url: 'file:///tmp/x' }, 'must be an http or https address'],
    [{ url: 'http://x', apiKey: 'k' }, 'apiKey'],
    [{ adress: 'http://x' }, 'adress'],
  ])('%j is refused', (openlineage, message) => {
    expect(problems(openlineage)).toEqual([expect.stringContaining(message)]);
  });
});
