import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../define/parse-pipeline.ts';
import type { PipelineDeclaration } from '../define/pipeline-schema.ts';
import { compileBronze } from './compile-bronze.ts';

const SOURCE = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' } as const;
type Bronze = PipelineDeclaration['bronze'][string];

async function compile(columns: Bronze['columns'], more: Partial<Bronze> = {}, source: object = {}) {
  const declaration = { name: 'shop', source: { ...SOURCE, ...source }, bronze: { t: { table: 'T', mode: 'full', columns, ...more } } };
  const pipeline = parsePipeline(declaration, { path: 'snowmelt.config.ts', text: '' });
  const definition = pipeline.bronze['t'];
  if (definition === undefined) throw new Error('no definition');
  return await compileBronze('t', definition, pipeline.source);
}

describe('compileBronze', () => {
  it('gives an offset that is kept a column of its own', async () => {
    const { columns, sourceColumns } = await compile({ at: { type: 'TIMESTAMP_NTZ', source: 'At', offset: 'keep' } });
    expect(columns).toEqual([
      { name: 'at', type: { kind: 'timestamp' } },
      { name: 'at_offset_minutes', type: { kind: 'bigint' } },
    ]);
    expect(sourceColumns.map(({ source, part }) => [source, part])).toEqual([
      ['At', undefined],
      ['At', 'offset'],
    ]);
  });

  it('makes epoch nanoseconds an integer, and another definition', async () => {
    const plain = await compile({ at: 'TIMESTAMP_NTZ' });
    const refuse = await compile({ at: { type: 'TIMESTAMP_NTZ', nanoseconds: 'refuse' } });
    const epoch = await compile({ at: { type: 'TIMESTAMP_NTZ', nanoseconds: 'epoch' } });
    expect(epoch.columns).toEqual([{ name: 'at', type: { kind: 'bigint' } }]);
    expect(refuse.fingerprint).toBe(plain.fingerprint);
    expect(epoch.fingerprint).not.toBe(plain.fingerprint);
  });

  it('leaves the transport open only where there is a choice, and it changes no rows', async () => {
    const stage = { name: 'LAKE', url: 's3://bucket/lake' };
    const open = await compile({ id: 'INT' }, {}, { stage });
    const raw = await compile({ id: 'INT' });
    expect([raw.transport, open.transport]).toEqual(['raw', 'auto']);
    expect((await compile({ id: 'INT' }, { transport: 'unload' }, { stage })).transport).toBe('unload');
    expect(open.fingerprint).toBe(raw.fingerprint);
  });

  it('takes slices for another way to the same rows', async () => {
    const [whole, sliced] = [await compile({ id: 'INT' }), await compile({ id: 'INT' }, { slices: 4 })];
    expect([whole.slices, sliced.slices]).toEqual([undefined, 4]);
    expect(sliced.fingerprint).toBe(whole.fingerprint);
  });
});
