import { compareDigests, emptyDigest } from '../digest/compare-digests.ts';
import { differingRows } from '../digest/differing-rows.ts';
import { findKeyRanges } from '../digest/find-key-ranges.ts';
import type { Reconciliation } from '../lake/reconciliation.ts';
import type { Clock } from '../ports/clock.ts';
import type { DigestLevel, LakeDigests, RowsReference } from '../ports/digest.ts';
import type { CallContext, ExtractReport, Source, SourceColumn } from '../ports/source.ts';
import type { Column, ColumnType } from '../sql/column-type.ts';
import type { ExtractStep } from '../steps/step.ts';

/** What a comparison works with. */
export interface ReconcileTools {
  readonly source: Source;
  readonly digests: () => Promise<LakeDigests>;
  readonly clock: Clock;
}

/**
 * Compares what an extraction wrote with what the source says of the very same rows. Undefined where that is not wanted, or
 * nothing was read. @throws source/reconcile-differs
 */
export async function reconcileExtract(
  step: ExtractStep,
  report: ExtractReport,
  tools: ReconcileTools,
  context: CallContext,
): Promise<Reconciliation | undefined> {
  const { reconcile: level } = step.request;
  if (level === undefined) return undefined;
  const { reference, rows } = report;
  if (reference !== undefined) return await compare(step, report, { level, reference }, tools, context);
  if (rows === 0) return undefined;
  // The transport has held the source's own count of rows against the files.
  return { level: 'count', at: tools.clock.now().toISOString(), files: provedFiles(report), digest: { rows, columns: {} } };
}

async function compare(
  { request, key = [] }: ExtractStep,
  report: ExtractReport,
  { level, reference }: { readonly level: DigestLevel; readonly reference: RowsReference },
  { source, digests, clock }: ReconcileTools,
  context: CallContext,
): Promise<Reconciliation> {
  const { dataset, relation, window } = request;
  const { files: written, window: ends } = report;
  const arrived = arrivedColumns(request.columns, report);
  const lake = await digests();
  const files = written.map((file) => file.key);
  const drift = request.drift === undefined ? {} : { drift: request.drift };
  const asked = { dataset, relation, columns: request.columns, arrived, window, ends, level, references: [reference], ...drift };
  const [theirs, ours] = await Promise.all([
    source.digest(asked, context),
    lake.digest({ files, columns: arrived, level }, context.signal),
  ]);
  const none = emptyDigest(
    arrived.map(({ name }) => name),
    level === 'hash',
  );
  const [{ group: _, ...expected } = { group: 0, ...none }, { group: __, ...found } = { group: 0, ...none }] = [theirs.groups[0], ours[0]];
  const difference = compareDigests(expected, found);
  if (difference === undefined)
    return { level, at: clock.now().toISOString(), reference: theirs.reference, files: provedFiles(report), digest: found };
  const ranges = await findKeyRanges({
    columns: arrived,
    key,
    source: async (split) => (await source.digest({ ...asked, split }, context)).groups,
    lake: (split) => lake.digest({ files, columns: arrived, level, split }, context.signal),
    bounds: (column, within, parts) => lake.keyBounds({ files, columns: arrived, column, within, parts }, context.signal),
  });
  throw differingRows({ dataset, source: expected, lake: found, difference, ranges }, arrived);
}

// What came as text is written again, typed, after it was compared.
function provedFiles({ files, contract }: ExtractReport): number {
  return contract?.asText === undefined ? files.length : 0;
}

// A column may have come with more digits than are declared, or as text.
function arrivedColumns(declared: readonly SourceColumn[], { contract }: ExtractReport): readonly Column[] {
  const types = new Map<string, ColumnType>((contract?.columns ?? []).map(({ name, type }) => [name, type]));
  for (const { name } of contract?.asText ?? []) types.set(name, { kind: 'varchar' });
  return declared.map(({ name, type }) => ({ name, type: types.get(name) ?? type }));
}
