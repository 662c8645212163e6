import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { RowsDigest } from '../ports/digest.ts';
import type { Column } from '../sql/column-type.ts';
import type { DigestDifference } from './compare-digests.ts';
import type { DifferingRanges } from './find-key-ranges.ts';

/** A difference between the source and what arrived, with where it was found. */
export interface Finding {
  readonly dataset: string;
  readonly source: RowsDigest;
  readonly lake: RowsDigest;
  readonly difference: DigestDifference;
  readonly ranges: DifferingRanges | undefined;
}

/** The error for rows that are not the source's: names the columns and the keys, and no other value. */
export function differingRows(finding: Finding, columns: readonly Column[]): SnowmeltError {
  const { dataset, difference, ranges } = finding;
  const [field] = difference.columns.length > 0 ? difference.columns : (ranges?.columns ?? []);
  return new SnowmeltError('source/reconcile-differs', {
    message: `What was written for \`${dataset}\` is not what the source holds: ${describeDifference(finding, columns)}.`,
    hint: 'Nothing was published. Run again; if it stays so, report it. `reconcile: "off"` publishes without the comparison.',
    at: { dataset, ...(field === undefined ? {} : { field }) },
  });
}

/** Says in words what differs, and where. */
export function describeDifference({ source, lake, difference, ranges }: Omit<Finding, 'dataset'>, columns: readonly Column[]): string {
  const where = ranges === undefined || ranges.ranges.length === 0 ? '' : ` ${describeRanges(ranges, columns)}`;
  const rows = difference.rows ? [`the source has ${source.rows} rows, the lake ${lake.rows}`] : [];
  const named = difference.pairing ? (ranges?.columns ?? []) : difference.columns;
  const list = named.map((name) => `\`${name}\``).join(', ');
  const noun = named.length === 1 ? 'column' : 'columns';
  const pairing = `values stand in other rows${list === '' ? '' : ` (${noun} ${list})`}`;
  const differing = difference.pairing ? [pairing] : named.length === 0 ? [] : [`${noun} ${list} differ${named.length === 1 ? 's' : ''}`];
  return `${[...rows, ...differing].join('; ')}${where}`;
}

function describeRanges({ ranges, others }: DifferingRanges, columns: readonly Column[]): string {
  const parts = ranges.map(({ column, least, greatest }) => {
    const [low, high] = [least, greatest].map((value) =>
      showKey(
        value,
        columns.find(({ name }) => name === column),
      ),
    );
    return least === greatest ? `\`${column}\` is ${low}` : `\`${column}\` is from ${low} to ${high}`;
  });
  const more = others === 0 ? '' : `, and in ${others} other ${others === 1 ? 'range' : 'ranges'}`;
  return `where ${parts.join(' and ')}${more}`;
}

function showKey(value: string, column: Column | undefined): string {
  switch (column?.type.kind) {
    case 'bigint':
    case 'decimal':
      return value;
    case 'timestamp':
      return showTimestamp(BigInt(value));
    default:
      return JSON.stringify(value);
  }
}

function showTimestamp(microseconds: bigint): string {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const iso = new Date(Number((microseconds - fraction) / 1000n)).toISOString();
  return `${iso.slice(0, 19).replace('T', ' ')}.${String(fraction).padStart(6, '0')}`;
}
