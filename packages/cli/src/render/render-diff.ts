import { formatCount } from '@snowmelt/core/ports';
import type { VersionsDiff } from '../commands/compare-versions.ts';
import { textTable } from './text-table.ts';

type Row = readonly (string | number | boolean | null)[];

/** A diff as text. */
export function renderDiff(diff: VersionsDiff): string {
  const { dataset, from, to, key, note, added, removed, changed } = diff;
  const by = key === undefined ? `whole rows are compared${note === undefined ? '' : `: ${note}`}` : `by ${key.join(', ')}`;
  const right = 'right' as const;
  const counts: readonly (readonly [string, number])[] = [
    ['added', added],
    ['removed', removed],
    ...(key === undefined ? [] : [['changed', changed] as const]),
  ];
  const table = textTable(
    [{ title: 'rows' }, { title: '', align: right }],
    counts.map(([kind, count]) => [kind, formatCount(count)]),
  );
  return [`${dataset}, version ${from} to ${to} (${by})\n`, table, ...renderColumns(diff), ...renderRows(diff)].join('\n');
}

function renderColumns({ changedColumns, addedColumns, removedColumns }: VersionsDiff): string[] {
  const changed = Object.entries(changedColumns).map(([name, rows]) => `${name} (${formatCount(rows)})`);
  const line = (title: string, names: readonly string[]): string => (names.length === 0 ? '' : `${title}: ${names.join(', ')}\n`);
  const text = `${line('changed in', changed)}${line('new columns', addedColumns)}${line('dropped columns', removedColumns)}`;
  return text === '' ? [] : [text];
}

function renderRows({ rows, key, others }: VersionsDiff): string[] {
  if (rows === undefined) return [];
  const columns = [...(key ?? []), ...others].map((title) => ({ title }));
  const whole = (title: string, found: readonly Row[]): string[] =>
    found.length === 0 ? [] : [`${title}:\n${textTable(columns, found.map(texts))}`];
  const keys = key ?? [];
  const changes = rows.changed.flatMap((row) => changesOf(row, keys.length, others));
  const titles = [...keys, 'column', 'before', 'after'].map((title) => ({ title }));
  return [
    ...whole('added', rows.added),
    ...whole('removed', rows.removed),
    ...(changes.length === 0 ? [] : [`changed:\n${textTable(titles, changes)}`]),
  ];
}

function changesOf(row: Row, keyLength: number, others: readonly string[]): string[][] {
  const key = texts(row.slice(0, keyLength));
  return others.flatMap((name, i) => {
    const [before, after] = texts(row.slice(keyLength + 2 * i, keyLength + 2 * i + 2));
    return before === after ? [] : [[...key, name, before ?? '', after ?? '']];
  });
}

function texts(row: Row): string[] {
  return row.map((cell) => (cell === null ? 'NULL' : String(cell)));
}
