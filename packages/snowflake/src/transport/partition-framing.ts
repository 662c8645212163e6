/** How a partition's rows are wrapped: what to drop in front, what to put around, and how the end must look. */
interface Framing {
  readonly skip: number;
  readonly prefix: string;
  readonly suffix: string;
  /** Its first group is what stays. */
  readonly end: RegExp;
}

const OBJECT_HEAD = /^\s*\{\s*"data"\s*:\s*(?=\[)/;
const ARRAY_HEAD = /^\s*\[\s*[[\]]/;
const ROWS_HEAD = /^\s*\[\s*(?:null|")/;

// An array of rows ends with two brackets, unless it is empty.
const OBJECT_END = /^(.*[[\]]\s*\])\s*\}\s*$/s;
const ARRAY_END = /^(.*[[\]]\s*\])\s*$/s;
const ROWS_END = /^(.*\])\s*$/s;

// More than any head or tail, white space included.
const ROOM = 64;

/**
 * Turns a partition's bytes into those of a plain JSON array of rows, without parsing them. It arrives as `{"data":[…]}`; a
 * bare array, and rows that are only joined by commas, are understood as well. `fail` makes the error for anything else.
 */
export async function* unframePartition(chunks: AsyncIterable<Uint8Array>, fail: (what: string) => Error): AsyncGenerator<Uint8Array> {
  let framing: Framing | undefined;
  let held: Uint8Array = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (framing === undefined) {
      const start = Buffer.concat([held, chunk]);
      held = start;
      if (start.length <= ROOM) continue;
      framing = detectFraming(start, fail);
      yield Buffer.from(framing.prefix);
      const rows = start.subarray(framing.skip);
      yield rows.subarray(0, -ROOM);
      held = rows.subarray(-ROOM);
    } else {
      const next = Buffer.concat([held, chunk.subarray(-ROOM)]);
      // What a large chunk holds passes as it is: copies of it would keep the garbage collector busy.
      if (chunk.length > ROOM) {
        yield held;
        yield chunk.subarray(0, -ROOM);
      } else {
        yield next.subarray(0, -ROOM);
      }
      held = next.subarray(-ROOM);
    }
  }
  yield* lastBytes(Buffer.from(held), framing, fail);
}

function* lastBytes(held: Buffer, known: Framing | undefined, fail: (what: string) => Error): Generator<Uint8Array> {
  const framing = known ?? detectFraming(held, fail);
  const text = held.subarray(known === undefined ? framing.skip : 0).toString('latin1');
  const kept = framing.end.exec(text)?.[1];
  if (kept === undefined) throw fail('a result partition that is cut short');
  yield Buffer.from(`${known === undefined ? framing.prefix : ''}${kept}${framing.suffix}`, 'latin1');
}

function detectFraming(start: Buffer, fail: (what: string) => Error): Framing {
  const text = start.toString('latin1', 0, ROOM);
  const head = OBJECT_HEAD.exec(text);
  if (head !== null) return { skip: head[0].length, prefix: '', suffix: '', end: OBJECT_END };
  if (ARRAY_HEAD.test(text)) return { skip: 0, prefix: '', suffix: '', end: ARRAY_END };
  if (ROWS_HEAD.test(text)) return { skip: 0, prefix: '[', suffix: ']', end: ROWS_END };
  throw fail('a result partition without rows');
}
