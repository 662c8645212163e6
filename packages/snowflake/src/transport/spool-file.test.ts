import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeSpoolFile } from './spool-file.ts';

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('writeSpoolFile', () => {
  it('replaces what an earlier try left', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'snowmelt-spool-'));
    const path = join(folder, 'a.json');
    await writeSpoolFile(path, chunks('a longer', ' text'));
    expect(await writeSpoolFile(path, chunks('é'))).toBe(2);
    expect(await readFile(path, 'utf8')).toBe('é');
    await rm(folder, { recursive: true });
  });

  it.runIf(existsSync('/dev/full'))('says where there is no room left', async () => {
    await expect(writeSpoolFile('/dev/full', chunks('x'))).rejects.toMatchObject({
      code: 'lake/disk-full',
      message: expect.stringContaining('/dev/full'),
    });
  });

  it('names a file that cannot be written', async () => {
    await expect(writeSpoolFile(join(tmpdir(), 'no', 'such', 'folder', 'a'), chunks('x'))).rejects.toMatchObject({ code: 'lake/io' });
  });

  it('passes an error of the source on as it is', async () => {
    const broken = (async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      throw new Error('cut');
    })();
    await expect(writeSpoolFile('/dev/null', broken)).rejects.toThrow('cut');
  });
});
