import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqlEngineContract } from '@snowmelt/testkit';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { duckdbEngine } from './duckdb-engine.ts';
import { openDuckdb } from './duckdb-session.ts';

sqlEngineContract('duckdbEngine', async () => {
  const root = await mkdtemp(join(tmpdir(), 'snowmelt-engine-'));
  const session = openDuckdb({ memoryLimit: '1GB', threads: 2, tempFolder: join(root, 'temp') });
  const store = fsObjectStore({ root: join(root, 'lake') });
  return {
    engine: duckdbEngine({ session, store }),
    store,
    dispose: async () => {
      session.close();
      await rm(root, { recursive: true, force: true });
    },
  };
});
