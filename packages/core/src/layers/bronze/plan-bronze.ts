import type { TableState } from '../../lake/commit.ts';
import { addDays, type LogicalDate } from '../../layout/logical-date.ts';
import { ATTEMPT, fillTemplate, partitionTemplate } from '../../layout/object-key.ts';
import type { ChangelogRequest, DriftRules, ExtractRequest, ExtractWindow } from '../../ports/source.ts';
import type { ExtractStep } from '../../steps/step.ts';
import { definitionChanged } from '../definition-parts.ts';
import { batchesOf } from '../inputs.ts';
import { type BronzeDataset, changelogKey } from './bronze-dataset.ts';
import { planRetraction } from './plan-retraction.ts';
import { chooseRefetch, type Refetch } from './refetch.ts';

/** Asks for days again that were read before. */
export interface BronzeOptions {
  readonly refetch?: boolean;
}

/**
 * Decides what one run reads from the source: nothing if everything up to the end of `day` was read before, unless that is
 * wanted again.
 */
export function planBronze(
  dataset: BronzeDataset,
  state: TableState,
  day: LogicalDate,
  { refetch = false }: BronzeOptions = {},
): ExtractStep | undefined {
  const until = endOf(day);
  const isRedefined = state.version > 0 && state.fingerprint !== dataset.fingerprint;
  const coveredTo = isRedefined ? undefined : state.watermark?.coveredTo;
  if (coveredTo !== undefined && coveredTo >= until) return refetch ? planRefetch(dataset, state, day) : undefined;
  return extractStep(dataset, isRedefined ? undefined : state, {
    day,
    reason: isRedefined
      ? `stale: ${definitionChanged(dataset, state)}; it is extracted again from the beginning`
      : reasonFor(dataset, coveredTo, day),
    window: windowFor(dataset, isRedefined ? undefined : state.watermark?.high, until),
    baseVersion: state.version,
    listsKeys: true,
  });
}

function planRefetch(dataset: BronzeDataset, state: TableState, day: LogicalDate): ExtractStep | undefined {
  const refetch = chooseRefetch(dataset.mode, state, day);
  if (refetch === undefined) return undefined;
  const { replaces } = refetch;
  const reason = `refetch: ${day} is read again${replaces.length === 0 ? '' : `, in place of ${replaces.length} batches`}; the watermark stays`;
  return { ...extractStep(dataset, state, { ...refetch, reason, baseVersion: state.version }), refetch: { replaces } };
}

interface Extraction extends Pick<Refetch, 'day' | 'window' | 'listsKeys'> {
  readonly reason: string;
  readonly baseVersion: number;
}

// `state`: what stays and is added to; undefined: all is read anew.
function extractStep(
  dataset: BronzeDataset,
  state: TableState | undefined,
  { day, reason, window, baseVersion, listsKeys }: Extraction,
): ExtractStep {
  const key = changelogKey(dataset);
  const prefix = fillTemplate(partitionTemplate(dataset.name, 'rows'), day, ATTEMPT);
  const known = state === undefined || dataset.mode.kind !== 'keys-diff' ? [] : batchesOf(state);
  const changelog: ChangelogRequest | undefined = key && { key, listKeys: known.length > 0 && listsKeys };
  const retract = key === undefined || known.length === 0 ? undefined : planRetraction({ dataset, key, known, day, prefix, listsKeys });
  return {
    kind: 'extract',
    id: `extract ${dataset.name} ${day}`,
    dataset: dataset.name,
    day,
    reason,
    request: {
      dataset: dataset.name,
      relation: dataset.relation,
      columns: dataset.sourceColumns,
      window,
      ...(changelog === undefined ? {} : { changelog }),
      ...wayOf(dataset),
      day,
      ...(dataset.drift === undefined ? {} : { drift: driftRules(dataset.drift, state) }),
      prefix,
    },
    ...(dataset.key === undefined ? {} : { key: dataset.key }),
    ...(dataset.expectations === undefined ? {} : { expectations: dataset.expectations }),
    ...(dataset.checkScans.length === 0 ? {} : { scans: dataset.checkScans }),
    coversTo: endOf(day),
    ...(retract === undefined ? {} : { retract }),
    commit: {
      baseVersion,
      columns: dataset.columns,
      fingerprint: dataset.fingerprint,
      ...(dataset.definition === undefined ? {} : { definition: dataset.definition }),
      replaceAll: state === undefined,
      inputs: {},
      checks: dataset.checks,
      countsRows: false,
      ...(dataset.quarantineMaxPercent === undefined ? {} : { quarantineMaxPercent: dataset.quarantineMaxPercent }),
    },
  };
}

function wayOf({ transport, slices, reconcile, key }: BronzeDataset): Pick<ExtractRequest, 'transport' | 'slices' | 'reconcile'> {
  return {
    ...(transport === undefined ? {} : { transport }),
    ...(slices === undefined ? {} : { slices: { count: slices, by: key ?? [] } }),
    ...(reconcile === undefined ? {} : { reconcile }),
  };
}

function driftRules(rules: Omit<DriftRules, 'seen'>, state: TableState | undefined): DriftRules {
  return state?.described === undefined ? rules : { ...rules, seen: { columns: state.columns, described: state.described } };
}

function endOf(day: LogicalDate): string {
  return `${addDays(day, 1)}T00:00:00.000Z`;
}

function windowFor({ mode }: BronzeDataset, low: string | undefined, until: string): ExtractWindow {
  if (mode.kind === 'full') return { kind: 'full' };
  const ends = { ...(low === undefined ? {} : { low }), until, lagSeconds: mode.lagSeconds };
  if (mode.kind === 'changes') return { kind: 'changes', ...ends, onGap: mode.onGap };
  return { kind: 'window', watermark: mode.watermark, ...ends, nulls: mode.nulls };
}

function reasonFor(dataset: BronzeDataset, coveredTo: string | undefined, day: LogicalDate): string {
  if (coveredTo === undefined) return 'missing: never extracted';
  if (dataset.mode.kind === 'full') return `missing: no extract of ${day}`;
  return `missing: extracted up to ${coveredTo.replace('T00:00:00.000Z', '')}, ${day} not yet`;
}
