import type { Graph } from '@snowmelt/core/pipeline';
import { type DatasetName, SnowmeltError } from '@snowmelt/core/ports';
import type { Invocation } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';
import type { AsOf } from '../compose/published-relations.ts';
import { readDataset } from './read-dataset.ts';

const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** What `--as-of` says; undefined where it is not given. @throws cli/usage, lake/unknown-dataset */
export function readAsOf(invocation: Invocation, graph: Graph): AsOf | undefined {
  const text = readText(invocation, 'as-of');
  if (text === undefined) return undefined;
  if (text.includes('@')) return { kind: 'versions', versions: new Map(text.split(',').map((part) => readPart(part.trim(), graph))) };
  return { kind: 'time', at: readInstant(text) };
}

function readPart(text: string, graph: Graph): readonly [DatasetName, number] {
  const [name = '', version = '', ...rest] = text.split('@');
  return [readDataset(graph, name).name, rest.length > 0 ? readVersionNumber('') : readVersionNumber(version)];
}

/** A version that stands on the command line. @throws cli/usage */
export function readVersionNumber(text: string): number {
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  throw new SnowmeltError('cli/usage', {
    message: `\`${text}\` is not a version.`,
    hint: 'A version is a whole number; `snowmelt history DATASET` lists them.',
  });
}

// A day is its first instant, and a time without a zone is in UTC, as everywhere else in the lake.
function readInstant(text: string): Date {
  const isZoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) && text.length > 10;
  const full = text.length === 10 ? `${text}T00:00:00Z` : `${text.replace(' ', 'T')}${isZoned ? '' : 'Z'}`;
  const instant = new Date(full);
  if (TIME.test(text) && !Number.isNaN(instant.getTime())) return instant;
  throw new SnowmeltError('cli/usage', {
    message: `\`${text}\` is neither a time nor DATASET@VERSION.`,
    hint: 'Versions are counted per table. Examples: --as-of 2026-01-31T12:00Z, --as-of gold.daily_sales@12.',
  });
}
