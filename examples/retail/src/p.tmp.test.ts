import { it } from 'vitest';
import { openDuckdbDatabase } from './duckdb-database.ts';
import { openRealData } from './real-data.ts';
import { findRealDataFile } from './real-data-file.ts';
it('t', async () => {
  const raw = await openDuckdbDatabase();
  const acc: Record<string, number> = {};
  let n = 0;
  const d = { all: raw.all, run: async (s: string) => { if (!s.startsWith('BEGIN')) return raw.run(s);
    n++;
    for (const st of s.split(';\n')) { if (st.trim()==='') continue; const t = performance.now(); await raw.run(st); const k = st.trim().slice(0, 45); acc[k] = (acc[k] ?? 0) + performance.now() - t; } } };
  const t = performance.now();
  const real = await openRealData(d, String(findRealDataFile()));
  process.stderr.write(`open ${performance.now() - t}\n`);
  const t1 = performance.now();
  await real.advanceTo('2011-12-09');
  process.stderr.write(`${(performance.now() - t1) / n} ms/day ${JSON.stringify(acc, null, 1)}\n`);
}, 100000);
