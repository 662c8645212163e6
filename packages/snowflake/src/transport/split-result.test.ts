import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitResult } from './split-result.ts';

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function split(text: string, size: number): Promise<{ readonly data: string; readonly rest: string }> {
  const rest: Uint8Array[] = [];
  const data: Uint8Array[] = [];
  for await (const chunk of splitResult(pieces(text, size), rest)) data.push(chunk);
  return { data: Buffer.concat(data).toString(), rest: Buffer.concat(rest).toString() };
}

const cell = fc.option(fc.string({ unit: 'binary' }));
const rows = fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 6 });

describe('splitResult', () => {
  it('separates rows from the rest, wherever they stand and however the bytes are cut', async () => {
    const other = fc.record({ message: fc.string(), data: fc.string(), list: fc.array(fc.string()) });
    await fc.assert(
      fc.asyncProperty(rows, other, fc.boolean(), fc.integer({ min: 1, max: 40 }), async (data, meta, first, size) => {
        const answer = first ? { data, meta, code: 'data' } : { meta, code: 'data', data };
        const found = await split(JSON.stringify(answer, null, size % 3), size);
        expect(JSON.parse(found.data)).toEqual(data);
        expect(JSON.parse(found.rest)).toEqual({ ...answer, data: null });
      }),
    );
  });

  it('gives no rows where there are none', async () => {
    expect(await split('<html>["data"]</html>', 5)).toEqual({ data: '', rest: '<html>["data"]</html>' });
    expect((await split('{"data":null}', 3)).data).toBe('');
  });
});
