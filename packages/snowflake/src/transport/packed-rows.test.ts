import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packRows } from './packed-rows.ts';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const pack = (bytes: Buffer, size = 1000) => buffer(packRows(pieces(bytes, size), (what) => new Error(what)));

const rows = fc.array(fc.array(fc.option(fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 30 });

describe('packRows', () => {
  it('makes a packed array of rows, packed or not, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 300 }), async (data, size) => {
        const text = Buffer.from(JSON.stringify(data).slice(1, -1));
        const chunk = gzipSync(text);
        const packed = await pack(chunk, size);
        expect(JSON.parse(gunzipSync(packed).toString())).toEqual(data);
        expect(packed.includes(chunk)).toBe(true);
        expect(JSON.parse(gunzipSync(await pack(text, size)).toString())).toEqual(data);
      }),
    );
  });

  it('makes an empty array of nothing', async () => {
    expect(gunzipSync(await pack(Buffer.alloc(0))).toString()).toBe('[]');
  });

  it.each(['<html></html>', '{"code":"390112"}', ' '])('refuses %s', async (text) => {
    await expect(pack(Buffer.from(text))).rejects.toThrow('without rows');
  });
});
