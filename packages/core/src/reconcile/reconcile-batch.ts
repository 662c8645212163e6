import { compareDigests, type DigestDifference, emptyDigest } from '../digest/compare-digests.ts';
import { describeDifference } from '../digest/differing-rows.ts';
import { findKeyRanges } from '../digest/find-key-ranges.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { onlyBatches } from '../lake/batch-files.ts';
import type { Batch, TableState } from '../lake/commit.ts';
import type { BronzeDataset, BronzeMode } from '../layers/bronze/bronze-dataset.ts';
import type { DigestLevel, KeySplit, LakeDigests, RowsDigest, RowsReference, SourceDigestRequest } from '../ports/digest.ts';
import type { CallContext, ExtractWindow, Source } from '../ports/source.ts';

/**
 * `same`: the source says so. `moved-on`: the files are what was committed, which was the source's, and the source has changed
 * since. `differs`: one of both is not so. `unknown`: it could not be found out.
 */
export type BatchVerdict = 'same' | 'moved-on' | 'differs' | 'unknown';

/** What became of one published batch. */
export interface ReconciledBatch {
  readonly batch: string;
  readonly verdict: BatchVerdict;
  /** In words: why it is not `same`, or what that does not say. */
  readonly note?: string;
  /** Where the source's rows were looked at. */
  readonly reference?: RowsReference['kind'];
  readonly lake: RowsDigest;
  readonly source?: RowsDigest;
  /** The columns that differ. */
  readonly differing: readonly string[];
}

/** What a comparison works with. */
export interface BatchTools {
  readonly source: () => Promise<Source>;
  readonly digests: () => Promise<LakeDigests>;
  readonly context: CallContext;
}

/** Compares one published batch with what was recorded of it and with the source. Writes nothing. @throws lake/*, run/interrupted */
export async function reconcileBatch(dataset: BronzeDataset, state: TableState, batch: Batch, tools: BatchTools): Promise<ReconciledBatch> {
  const level = dataset.reconcile ?? batch.reconciled?.level ?? 'hash';
  const lakeDigests = await tools.digests();
  const why = whyUnknown(dataset, batch);
  if (why !== undefined) return { batch: batch.id, verdict: 'unknown', note: why, lake: { rows: batch.rows, columns: {} }, differing: [] };
  const files = batch.files.slice(0, batch.reconciled?.files).map(({ key }) => key);
  const [group] = await lakeDigests.digest({ ...rowsOf(batch, files), columns: dataset.sourceColumns, level }, tools.context.signal);
  const lake = digestOf(group, dataset, level);
  const base = { batch: batch.id, lake };
  const damage =
    batch.reconciled === undefined ? undefined : compareDigests(batch.reconciled.digest, knownColumns(lake, batch.reconciled.digest));
  if (damage !== undefined && batch.reconciled !== undefined) {
    const what = describeDifference({ source: batch.reconciled.digest, lake, difference: damage, ranges: undefined }, dataset.columns);
    return { ...base, verdict: 'differs', note: `the files are no longer what was committed: ${what}`, differing: damage.columns };
  }
  if (state.fingerprint !== dataset.fingerprint) {
    return { ...base, verdict: 'unknown', note: 'its declaration has changed since; the next run extracts it again', differing: [] };
  }
  return await compareWithSource({ dataset, batch, level, files, lake }, tools, lakeDigests);
}

// A compacted file holds rows of other batches, too.
function rowsOf(batch: Batch, files: Compared['files']) {
  return { files, ...(onlyBatches([batch]).batches === undefined ? {} : { batch: batch.id }) };
}

// The rows of some files are not the source's own.
function whyUnknown({ mode }: BronzeDataset, { files, reconciled }: Batch): string | undefined {
  if (reconciled === undefined) return mode.kind === 'keys-diff' ? 'it was not compared when it was committed' : undefined;
  return reconciled.files === 0 && files.length > 0 ? 'its rows were typed after they had been compared' : undefined;
}

interface Compared {
  readonly dataset: BronzeDataset;
  readonly batch: Batch;
  readonly level: DigestLevel;
  readonly files: readonly Batch['files'][number]['key'][];
  readonly lake: RowsDigest;
}

async function compareWithSource(
  compared: Compared,
  { source: open, context }: BatchTools,
  digests: LakeDigests,
): Promise<ReconciledBatch> {
  const { dataset, batch, level, files, lake } = compared;
  const base = { batch: batch.id, lake, differing: [] };
  try {
    const source = await open();
    const request = requestFor(dataset, batch, level);
    const answer = await source.digest(request, context);
    const theirs = digestOf(answer.groups[0], dataset, level);
    const found = { ...base, reference: answer.reference.kind, source: theirs };
    const difference = compareDigests(theirs, lake);
    if (difference === undefined) return { ...found, verdict: 'same' };
    const isPast = answer.reference.kind === 'present';
    if (isPast && batch.reconciled?.level === 'hash')
      return { ...found, verdict: 'moved-on', note: movedOn(theirs, lake), differing: difference.columns };
    const exact = { ...request, references: [answer.reference] };
    const ranges = await findKeyRanges({
      columns: dataset.sourceColumns,
      key: dataset.key ?? [],
      source: async (split: KeySplit) => (await source.digest({ ...exact, split }, context)).groups,
      lake: (split) => digests.digest({ ...rowsOf(batch, files), columns: dataset.sourceColumns, level, split }, context.signal),
      bounds: (column, within, parts) =>
        digests.keyBounds({ ...rowsOf(batch, files), columns: dataset.sourceColumns, column, within, parts }, context.signal),
    });
    const what = describeDifference({ source: theirs, lake, difference, ranges }, dataset.columns);
    const note = isPast ? `${what}; the source was looked at as it is now, so rows that changed since differ, too` : what;
    return { ...found, verdict: 'differs', note, differing: namesOf(difference, ranges?.columns) };
  } catch (error) {
    if (!isSnowmeltError(error) || error.code === 'run/interrupted') throw error;
    return { ...base, verdict: 'unknown', note: `${error.code}: ${error.message}` };
  }
}

function requestFor(dataset: BronzeDataset, batch: Batch, level: DigestLevel): SourceDigestRequest {
  const { mode } = dataset;
  const window = windowOf(mode, batch.window.high ?? '');
  const recorded = batch.reconciled?.reference;
  return {
    dataset: dataset.name,
    relation: dataset.relation,
    columns: dataset.sourceColumns,
    arrived: dataset.sourceColumns,
    ...(dataset.drift === undefined ? {} : { drift: dataset.drift }),
    window,
    ends: batch.window,
    level,
    references: [...(recorded === undefined ? [] : [recorded]), { kind: 'present' }],
  };
}

function windowOf(mode: BronzeMode, until: string): ExtractWindow {
  if (mode.kind === 'full') return { kind: 'full' };
  const { lagSeconds } = mode;
  if (mode.kind === 'changes') return { kind: 'changes', until, lagSeconds, onGap: mode.onGap };
  return { kind: 'window', watermark: mode.watermark, until, lagSeconds, nulls: mode.nulls };
}

function digestOf(group: RowsDigest | undefined, { columns }: BronzeDataset, level: DigestLevel): RowsDigest {
  const names = columns.map(({ name }) => name);
  const { rows, hash, columns: digests } = group ?? emptyDigest(names, level === 'hash');
  return { rows, ...(hash === undefined ? {} : { hash }), columns: digests };
}

// Where only rows were counted, only rows can be compared.
function knownColumns(lake: RowsDigest, recorded: RowsDigest): RowsDigest {
  return { ...lake, columns: Object.fromEntries(Object.entries(lake.columns).filter(([name]) => recorded.columns[name] !== undefined)) };
}

function movedOn(source: RowsDigest, lake: RowsDigest): string {
  const gone = lake.rows - source.rows;
  const rows = Math.abs(gone) === 1 ? 'row' : 'rows';
  if (gone > 0) return `the source no longer has ${gone} ${rows} of it: changed later, or deleted`;
  return gone < 0 ? `the source has ${-gone} more ${rows} in its window` : 'the source has as many rows, with other values';
}

function namesOf({ columns }: DigestDifference, within: readonly string[] = []): readonly string[] {
  return columns.length > 0 ? columns : within;
}
