import { DuckDBInstance } from '@duckdb/node-api';
import type { Way, WayReport, WayRequest } from './way.ts';

const WAYS: Readonly<Record<WayRequest['way'], (request: WayRequest) => Promise<Way>>> = {
  raw: async () => (await import('./raw-way.ts')).goRaw,
  chunks: async () => (await import('./raw-way.ts')).goChunks,
  driver: async () => (await import('./driver-way.ts')).goByDriver,
  floor: async () => (await import('./floor-ways.ts')).writeOwnTable,
  reading: async (request) => (await import('./floor-ways.ts')).prepareReading(request),
};

const request: WayRequest = JSON.parse(process.argv[2] ?? '{}');
// Loading code and laying out files are no part of what is measured.
const go = await WAYS[request.way](request);
const cpu = process.cpuUsage();
const startedAt = performance.now();
const { rows, files } = await go(request);
const ms = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
const peakMb = process.resourceUsage().maxRSS / 1024;
const report: WayReport = {
  rows,
  ms,
  cpuMs: (user + system) / 1000,
  peakMb,
  ...(files.length === 0 ? {} : { digest: await digestOf(files) }),
};
console.log(JSON.stringify(report));

// The order of rows is nobody's promise.
async function digestOf(files: readonly string[]): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const list = files.map((path) => `'${path}'`).join(', ');
  const sql = `SELECT count(*) || ':' || bit_xor(hash(r)) || ':' || sum(hash(r)::HUGEINT) FROM read_parquet([${list}], hive_partitioning = false) r`;
  const [[digest] = []] = (await connection.runAndReadAll(sql)).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return String(digest);
}
