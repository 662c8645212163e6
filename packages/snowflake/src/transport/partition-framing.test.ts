import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unframePartition } from './partition-framing.ts';

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unframe(text: string, size = 1000): Promise<string> {
  return (await buffer(unframePartition(pieces(text, size), (what) => new Error(what)))).toString();
}

const cell = fc.option(fc.string({ unit: 'binary' }));
const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 30 });

describe('unframePartition', () => {
  it('gives the rows of every framing, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 300 }), async (data, size) => {
        expect(JSON.parse(await unframe(JSON.stringify({ data }), size))).toEqual(data);
        expect(JSON.parse(await unframe(` { "data" : ${JSON.stringify(data)} }\n`, size))).toEqual(data);
        expect(JSON.parse(await unframe(JSON.stringify(data), size))).toEqual(data);
        if (data.length > 0) expect(JSON.parse(await unframe(JSON.stringify(data).slice(1, -1), size))).toEqual(data);
      }),
    );
  });

  it.each(['{"data":[["a"],["b"', '{"data":[["a"]]', '[["a"],["b"]', `{"data":[["${'x'.repeat(80)}`])(
    'refuses %s, which is cut short',
    async (text) => {
      await expect(unframe(text)).rejects.toThrow('cut short');
    },
  );

  it.each(['', '<html></html>', '{"error":[["a"]]}', '{"data":{}}', `{"message":"${'x'.repeat(80)}"}`])('refuses %s', async (text) => {
    await expect(unframe(text)).rejects.toThrow('without rows');
  });
});
