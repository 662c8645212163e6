import { pipeline, Readable } from 'node:stream';
import { constants, createGzip, gzipSync } from 'node:zlib';

// A gzip file may consist of several, one after the other: what a chunk lacks is added without unpacking it.
const OPENING = gzipSync('[');
const CLOSING = gzipSync(']');
const GZIP = 0x1f;
const ARRAY = '['.charCodeAt(0);

/**
 * Turns a chunk's bytes, which are packed rows joined by commas, into those of a packed JSON array. Rows that arrive unpacked,
 * because something on the way unpacked them, are packed again. `fail` makes the error for anything else.
 */
export async function* packRows(chunks: AsyncIterable<Uint8Array>, fail: (what: string) => Error): AsyncGenerator<Uint8Array> {
  const rest = chunks[Symbol.asyncIterator]();
  const first = await rest.next();
  yield OPENING;
  if (first.done !== true) {
    const all = rejoin(first.value, rest);
    const start = first.value[0];
    if (start === GZIP) yield* all;
    else if (start === ARRAY) yield* packed(all);
    else throw fail('a part of a result without rows');
  }
  yield CLOSING;
}

async function* rejoin(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

function packed(rows: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return pipeline(Readable.from(rows), createGzip({ level: constants.Z_BEST_SPEED }), () => {});
}
