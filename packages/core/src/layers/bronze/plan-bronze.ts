import type { TableState } from '../../lake/commit.ts';
import { addDays, type LogicalDate } from '../../layout/logical-date.ts';
import { ATTEMPT, fillTemplate, partitionTemplate } from '../../layout/object-key.ts';
import type { ExtractWindow } from '../../ports/source.ts';
import type { ExtractStep } from '../../steps/step.ts';
import type { BronzeDataset } from './bronze-dataset.ts';

/** Decides what one run reads from the source: nothing if everything up to the end of `day` was read before. */
export function planBronze(dataset: BronzeDataset, state: TableState, day: LogicalDate): ExtractStep | undefined {
  const until = `${addDays(day, 1)}T00:00:00.000Z`;
  const isRedefined = state.version > 0 && state.fingerprint !== dataset.fingerprint;
  const coveredTo = isRedefined ? undefined : state.watermark?.coveredTo;
  if (coveredTo !== undefined && coveredTo >= until) return undefined;
  return {
    kind: 'extract',
    id: `extract ${dataset.name} ${day}`,
    dataset: dataset.name,
    day,
    reason: reasonFor(dataset, coveredTo, isRedefined, day),
    request: {
      dataset: dataset.name,
      relation: dataset.relation,
      columns: dataset.sourceColumns,
      window: windowFor(dataset, isRedefined ? undefined : state.watermark?.high, until),
      ...(dataset.transport === undefined ? {} : { transport: dataset.transport }),
      ...(dataset.reconcile === undefined ? {} : { reconcile: dataset.reconcile }),
      day,
      prefix: fillTemplate(partitionTemplate(dataset.name, 'rows'), day, ATTEMPT),
    },
    ...(dataset.key === undefined ? {} : { key: dataset.key }),
    coversTo: until,
    commit: {
      baseVersion: state.version,
      columns: dataset.columns,
      fingerprint: dataset.fingerprint,
      replaceAll: isRedefined,
      inputs: {},
      checks: dataset.checks,
      countsRows: false,
    },
  };
}

function windowFor(dataset: BronzeDataset, low: string | undefined, until: string): ExtractWindow {
  if (dataset.mode.kind === 'full') return { kind: 'full' };
  const { watermark, lagSeconds, nulls } = dataset.mode;
  return { kind: 'window', watermark, ...(low === undefined ? {} : { low }), until, lagSeconds, nulls };
}

function reasonFor(dataset: BronzeDataset, coveredTo: string | undefined, isRedefined: boolean, day: LogicalDate): string {
  if (isRedefined) return 'stale: its definition changed, so it is extracted again from the beginning';
  if (coveredTo === undefined) return 'missing: never extracted';
  if (dataset.mode.kind === 'full') return `missing: no extract of ${day}`;
  return `missing: extracted up to ${coveredTo.replace('T00:00:00.000Z', '')}, ${day} not yet`;
}
