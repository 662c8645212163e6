import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Benchmark, Figure } from '../figures.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';
import { goAlone, type ServingProcess, startServing } from './processes.ts';
import type { TableName } from './tables.ts';
import type { WayReport, WayRequest } from './way.ts';

const ROWS = Number(process.env['SNOWMELT_BENCH_ROWS'] ?? 5_000_000);
// Where a ratio per row is wanted, fewer are enough.
const FEWER_ROWS = Math.min(ROWS, 1_000_000);
// The driver takes a second for some 10,000 of them.
const DRIVER_ROWS = Math.min(ROWS, 200_000);

type Measurer = (way: WayRequest['way'], table: TableName, rows: number, partitions?: readonly string[]) => Promise<WayReport>;

/** Extraction to typed Parquet: ours, the official driver and DuckDB alone, each in a process of its own, from one source in another. */
export const extract: Benchmark = (log) =>
  inTemporaryFolder(async (folder) => {
    log(`filling a source: ${count(ROWS)} rows x 12 columns`);
    const served = await startServing({ folder, rows: { dated: ROWS, undated: FEWER_ROWS, easy: FEWER_ROWS, hard: FEWER_ROWS } });
    try {
      log(`the driver reads ${count(DRIVER_ROWS)} rows, compared per row; results are rendered before, so that serving them is cheap`);
      log("the stand-in serves results as JSON only: the Python connector's Arrow path cannot be measured on it");
      const measure = measurer(folder, served, log);
      return [...(await measureDated(measure, folder)), ...(await measureOthers(measure))];
    } finally {
      await served.close();
    }
  });

async function measureDated(measure: Measurer, folder: string): Promise<readonly Figure[]> {
  const ours = await measure('raw', 'dated', ROWS);
  const partitions = (await readdir(join(folder, 'tape'))).filter((name) => name.startsWith('partition-'));
  const reading = await measure(
    'reading',
    'dated',
    ROWS,
    partitions.map((name) => join(folder, 'tape', name)),
  );
  const floor = await measure('floor', 'dated', ROWS);
  const driver = await measure('driver', 'dated', DRIVER_ROWS);
  const small = await measure('raw', 'dated', FEWER_ROWS);
  const chunks = await measure('chunks', 'dated', FEWER_ROWS);
  if (chunks.digest !== small.digest) throw new Error('The transports do not agree.');
  if (ours.digest !== floor.digest) throw new Error('The rows that arrived are not those of the table.');
  return [
    rate('raw, ours', ours),
    rate('the driver into an appender', driver),
    rate('DuckDB from its own table (the floor)', floor),
    atLeast('ours / driver, with dates', perRow(driver) / perRow(ours), 15),
    { name: 'chunks / raw, CPU', value: perRow(chunks, 'cpuMs') / perRow(small, 'cpuMs'), unit: 'x' },
    { name: 'ours / floor, wall', value: perRow(ours) / perRow(floor), unit: 'x' },
    atMost('ours / gunzip and reading JSON alone, CPU', perRow(ours, 'cpuMs') / perRow(reading, 'cpuMs'), 2.5, 'x'),
    atMost('peak memory, ours', ours.peakMb, 400, 'MB'),
    atMost(`peak memory, ours, ${count(FEWER_ROWS)} rows`, small.peakMb, 400, 'MB'),
    atMost('peak memory, all rows / fewer', ours.peakMb / small.peakMb, 1.2, 'x'),
    { name: 'peak memory, driver', value: driver.peakMb, unit: 'MB' },
    { name: 'peak memory, floor', value: floor.peakMb, unit: 'MB' },
  ];
}

async function measureOthers(measure: Measurer): Promise<readonly Figure[]> {
  const undated = await measure('raw', 'undated', FEWER_ROWS);
  const driver = await measure('driver', 'undated', DRIVER_ROWS);
  const easy = await measure('raw', 'easy', FEWER_ROWS);
  const hard = await measure('raw', 'hard', FEWER_ROWS);
  return [
    atLeast('ours / driver, without dates', perRow(driver) / perRow(undated), 4),
    atMost('NUMBER(38,0), NUMBER(30,10), timestamps / plain types, CPU', perRow(hard, 'cpuMs') / perRow(easy, 'cpuMs'), 1.5, 'x'),
  ];
}

function measurer(folder: string, served: ServingProcess, log: (line: string) => void): Measurer {
  const { url, privateKeyPem } = served;
  return async (way, table, rows, partitions) => {
    const request: WayRequest = {
      way,
      table,
      rows,
      folder,
      served: { url, privateKeyPem },
      ...(partitions === undefined ? {} : { partitions }),
    };
    // The first time the source renders its results.
    if (way === 'raw' || way === 'chunks' || way === 'driver') await goAlone(request);
    const report = await goAlone(request);
    const seconds = (report.ms / 1000).toFixed(1);
    const cpu = ((report.cpuMs / report.rows) * 1000).toFixed(2);
    log(`${way}, ${table}: ${count(report.rows)} rows in ${seconds} s, ${cpu} us of CPU per row, peak ${Math.round(report.peakMb)} MB`);
    return report;
  };
}

function perRow(report: WayReport, what: 'ms' | 'cpuMs' = 'ms'): number {
  return report[what] / report.rows;
}

function rate(name: string, { rows, ms }: WayReport): Figure {
  return { name, value: rows / (ms / 1000), unit: 'rows/s' };
}

function atLeast(name: string, value: number, limit: number): Figure {
  return { name, value, unit: 'x', limit: { kind: 'at least', value: limit } };
}

function atMost(name: string, value: number, limit: number, unit: string): Figure {
  return { name, value, unit, limit: { kind: 'at most', value: limit } };
}

function count(rows: number): string {
  return rows.toLocaleString('en-US');
}
