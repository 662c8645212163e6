import { type ColumnChange, describeChange, type TableEvolution } from '@snowmelt/core/pipeline';

const SIGNS: Readonly<Record<ColumnChange['kind'], string>> = {
  added: '+',
  dropped: '-',
  renamed: '~',
  widened: '~',
  narrowed: '!',
  retyped: '!',
};
const SHOWN_AFFECTED = 12;

/** What will change of the tables that the lake has: column by column, what is behind it, and what becomes of the history. */
export function renderEvolution(tables: readonly TableEvolution[]): string {
  return tables.map((table) => `${renderTable(table).join('\n')}\n\n`).join('');
}

function renderTable({ dataset, version, changes, affected, history }: TableEvolution): readonly string[] {
  const shown = affected.slice(0, SHOWN_AFFECTED).join(', ');
  const more = affected.length > SHOWN_AFFECTED ? ` and ${affected.length - SHOWN_AFFECTED} more` : '';
  return [
    `${dataset}: its columns are no longer those of version ${version} in the lake.`,
    ...changes.map((change) => `  ${SIGNS[change.kind]} ${describeChange(change).replaceAll('`', '')}`),
    ...(affected.length === 0 ? [] : [`  affects ${shown}${more}`]),
    `  history: ${history}`,
  ];
}
