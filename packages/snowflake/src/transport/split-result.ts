/** Where the scan stands between two chunks. */
interface Scan {
  depth: number;
  inString: boolean;
  escaped: boolean;
  /** The text of the last string directly inside the answer. */
  recent: string;
  /** The next value is the answer's `data`. */
  dataFollows: boolean;
  inData: boolean;
}

interface Piece {
  readonly isData: boolean;
  readonly bytes: Uint8Array;
}

const code = (character: string): number => character.charCodeAt(0);
const QUOTE = code('"');
const BACKSLASH = code('\\');
const COLON = code(':');
const COMMA = code(',');
const ARRAY = code('[');
const OPENING = new Set([ARRAY, code('{')]);
const CLOSING = new Set([code(']'), code('}')]);

/**
 * Cuts the rows out of an answer while it streams: gives the bytes of its `data` array, and adds the rest to `rest`,
 * which together is JSON with `null` in the rows' place. Rows are neither parsed nor kept.
 */
export async function* splitResult(chunks: AsyncIterable<Uint8Array>, rest: Uint8Array[]): AsyncGenerator<Uint8Array> {
  const scan: Scan = { depth: 0, inString: false, escaped: false, recent: '', dataFollows: false, inData: false };
  for await (const chunk of chunks) {
    for (const { isData, bytes } of cut(scan, chunk)) {
      if (isData) yield bytes;
      else rest.push(bytes);
    }
  }
}

function cut(scan: Scan, chunk: Uint8Array): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  const add = (end: number): void => {
    if (end > start) pieces.push({ isData: scan.inData, bytes: chunk.subarray(start, end) });
    start = end;
  };
  for (let at = 0; at < chunk.length; at++) {
    const edge = readByte(scan, chunk[at] ?? 0);
    if (edge === undefined) continue;
    add(edge === 'data-begins' ? at : at + 1);
    scan.inData = edge === 'data-begins';
    if (scan.inData) pieces.push({ isData: false, bytes: Buffer.from('null') });
  }
  add(chunk.length);
  return pieces;
}

function readByte(scan: Scan, byte: number): 'data-begins' | 'data-ended' | undefined {
  if (scan.inString) {
    readStringByte(scan, byte);
  } else if (byte === QUOTE) {
    scan.inString = true;
    scan.recent = '';
  } else if (OPENING.has(byte)) {
    if (scan.depth++ === 1 && scan.dataFollows && byte === ARRAY) return 'data-begins';
  } else if (CLOSING.has(byte)) {
    if (--scan.depth === 1 && scan.inData) return 'data-ended';
  } else if (scan.depth === 1) {
    readSeparator(scan, byte);
  }
  return undefined;
}

function readStringByte(scan: Scan, byte: number): void {
  if (scan.escaped) scan.escaped = false;
  else if (byte === BACKSLASH) scan.escaped = true;
  else if (byte === QUOTE) scan.inString = false;
  else if (scan.depth === 1) scan.recent += String.fromCharCode(byte);
}

function readSeparator(scan: Scan, byte: number): void {
  if (byte === COLON) scan.dataFollows = scan.recent === 'data';
  else if (byte === COMMA) scan.dataFollows = false;
}
