import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSnowmeltError } from '@snowmelt/core/ports';
import { afterEach, describe, expect, it } from 'vitest';
import { httpLineageCollector } from './http-lineage-collector.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function outcome(url: string, timeoutMs = 5_000): Promise<string> {
  const collector = httpLineageCollector({ url, endpoint: 'api/v1/lineage', apiKey: 'k-secret', timeoutMs });
  try {
    await collector.send('{}', new AbortController().signal);
    return 'sent';
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    expect(`${error.message}${error.hint}`).not.toContain('k-secret');
    return `${error.code} ${error.retry}`;
  }
}

describe('httpLineageCollector', () => {
  it.each([
    [200, 'sent'],
    [201, 'sent'],
    [400, 'lineage/refused never'],
    [401, 'lineage/refused never'],
    // The key is not carried on to somewhere else.
    [302, 'lineage/refused never'],
    [429, 'lineage/unreachable safe'],
    [503, 'lineage/unreachable safe'],
  ])('makes of the answer %i: %s', async (status, expected) => {
    const url = await serve((response) => void response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end('{}'));
    expect(await outcome(url)).toBe(expected);
  });

  it('tells silence from absence', async () => {
    expect(await outcome('http://127.0.0.1:9')).toBe('lineage/unreachable safe');
    expect(await outcome(await serve(() => undefined), 50)).toBe('lineage/unreachable exhausted');
  });
});
