import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { openDuckdb } from '../../../../../local/src/duckdb/duckdb-session.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { keyVariables } from '../../../protect/key-variables.ts';
import { keyPads } from '../../../protect/protection-key.ts';
import { forBoth } from '../../../sql/render.ts';
import { quoteLiteral } from '../../../sql/text.ts';
import { protectText } from './protect.ts';

const session = openDuckdb({ memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

type Protection = NonNullable<CleaningColumn['protect']>;
const HASH: Protection = { method: 'hash', key: 'pii' };
const rendered = (protection: Protection) => forBoth((words) => protectText('x', protection, words));
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

async function hmac(key: Uint8Array, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', new Uint8Array(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return Buffer.from(await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text))).toString('hex');
}

/** Protects texts as a step does: the key's pads are in variables of the connection. */
async function protect(protection: Protection, key: Uint8Array | undefined, texts: readonly (string | null)[]) {
  const connection = await session.connect();
  try {
    if (key !== undefined) {
      const pads = await keyPads(key);
      const variables = keyVariables('pii');
      await connection.run(`SET VARIABLE ${variables.inner} = unhex($1)`, [Buffer.from(pads.inner).toString('hex')]);
      await connection.run(`SET VARIABLE ${variables.outer} = unhex($1)`, [Buffer.from(pads.outer).toString('hex')]);
    }
    const values = texts.map((text, i) => `(${i}, CAST(${text === null ? 'NULL' : quoteLiteral(text, 'duckdb')} AS VARCHAR))`);
    const reader = await connection.runAndReadAll(
      `SELECT ${rendered(protection).duckdb} FROM (VALUES ${values.join(', ')}) AS t(i, x) ORDER BY i`,
    );
    return reader.getRowsJson().flat();
  } finally {
    connection.closeSync();
  }
}

it('is rendered for both engines, and holds no key', () => {
  expect(rendered(HASH)).toMatchInlineSnapshot(`
    {
      "duckdb": "sha256(COALESCE(CAST(getvariable('snowmelt_key_pii_outer') AS BLOB), CAST(error('The key pii is not there.') AS BLOB)) || unhex(sha256(COALESCE(CAST(getvariable('snowmelt_key_pii_inner') AS BLOB), CAST(error('The key pii is not there.') AS BLOB)) || encode(x))))",
      "spark": "sha2(concat(snowmelt_key_pii_outer, unhex(sha2(concat(snowmelt_key_pii_inner, encode(x, 'UTF-8')), 256))), 256)",
    }
  `);
  expect(rendered({ method: 'tokenize', key: 'pii', prefix: 'cus_' }).spark).toMatchInlineSnapshot(
    `"'cus_' || substr(sha2(concat(snowmelt_key_pii_outer, unhex(sha2(concat(snowmelt_key_pii_inner, encode(x, 'UTF-8')), 256))), 256), 1, 20)"`,
  );
});

// The test cases of RFC 4231 whose data is text; the second number of each is the HMAC-SHA-256.
it.each([
  ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  ['4a656665', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  [
    'aa'.repeat(131),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    'aa'.repeat(131),
    'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
])('is the HMAC-SHA-256 of RFC 4231 (key %s)', async (key, data, hash) => {
  expect(await protect(HASH, bytes(key), [data])).toEqual([hash]);
});

it('hashes any text by any key as Web Crypto does', async () => {
  const anyKey = fc.uint8Array({ minLength: 1, maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(anyKey, fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }), async (key, texts) => {
      const expected = await Promise.all(texts.map((text) => hmac(key, text)));
      expect(await protect(HASH, new Uint8Array(key), texts)).toEqual(expected);
    }),
    { numRuns: 25, seed: 4231 },
  );
});

it('makes tokens that begin a hash, the same for the same value', async () => {
  const token = { method: 'tokenize', key: 'pii', prefix: 'cus_' } as const;
  const key = bytes('0b'.repeat(20));
  expect(await protect(token, key, ['Hi There', 'Hi There', '', null])).toEqual([
    'cus_b0344c61d8db38535ca8',
    'cus_b0344c61d8db38535ca8',
    expect.stringMatching(/^cus_[0-9a-f]{20}$/),
    null,
  ]);
  expect(await protect({ method: 'tokenize', key: 'pii', digits: 32 }, key, ['Hi There', null])).toEqual([
    'b0344c61d8db38535ca8afceaf0bf12b',
    null,
  ]);
});

it('fails without its key, rather than making everything NULL', async () => {
  await expect(protect(HASH, undefined, ['Hi There'])).rejects.toThrow('The key pii is not there.');
});
