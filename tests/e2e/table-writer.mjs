// One process of many that commit to a table: table-writer.mjs LAKE NAME COMMITS. It opens the table, says so, waits for a
// word, and then commits; after a refusal it opens the table again. At the end it says what it committed and what was refused.
import { once } from 'node:events';
import { commitToTable, readTable } from '@snowmelt/core/pipeline';
import { datasetName, logicalDate, objectKey } from '@snowmelt/core/ports';
import { fsObjectStore } from '@snowmelt/local';

const [root, name, commits] = process.argv.slice(2);
const store = fsObjectStore({ root });
const dataset = datasetName('silver', 'sales');
const day = logicalDate('2024-01-15');

function commitOf({ version, partitions }, run) {
  // Whoever commits to a partition adds to what it found there: a lost or repeated commit would show in the rows, too.
  const files = partitions.get(day)?.files ?? [];
  const file = {
    key: objectKey(`silver/year=2024/month=01/day=15/sales/${run}/part-0.parquet`),
    rows: 1,
    bytes: 1,
    checksum: 'sha256:0',
    columns: {},
  };
  const entry = {
    version: version + 1,
    fingerprint: 'f',
    rows: files.length + 1,
    files: [...files, file],
    refused: { rows: 0, files: [] },
    inputs: {},
  };
  return {
    format: 1,
    dataset,
    version: version + 1,
    run,
    committedAt: new Date().toISOString(),
    columns: [],
    refusedColumns: [],
    fingerprint: 'f',
    partitions: { [day]: entry },
    replaceAll: false,
    inputs: {},
    checks: [],
  };
}

let state = await readTable(store, dataset);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
const done = [];
const refused = [];
for (let attempt = 0; done.length < Number(commits); attempt++) {
  const run = `${name}-${attempt}`;
  try {
    state = await commitToTable(store, state, commitOf(state, run));
    done.push({ run, version: state.version });
  } catch (error) {
    if (error.code !== 'lake/commit-conflict') throw error;
    refused.push(run);
    state = await readTable(store, dataset);
  }
}
process.stdout.write(`${JSON.stringify({ done, refused })}\n`);
