import { text } from 'node:stream/consumers';
import { protocolError, type RequestPlace } from './source-errors.ts';

/** Reads a small answer whole. @throws source/protocol if it is not JSON */
export async function readJson(body: AsyncIterable<Uint8Array>, place: RequestPlace): Promise<unknown> {
  const answer = await text(body);
  try {
    return JSON.parse(answer);
  } catch {
    // The parser's own message quotes the text, which may hold rows.
    throw protocolError(place, 'not JSON');
  }
}
