/** A column of a printed table; numbers stand at the right. */
export interface TextColumn {
  readonly title: string;
  readonly align?: 'right';
}

/** Prints rows under aligned titles. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) => Math.max(width(title), ...rows.map((row) => width(row[index] ?? ''))));
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => pad(cells[index] ?? '', widths[index] ?? 0, align))
      .join('  ')
      .trimEnd();
  return `${[line(columns.map(({ title }) => title)), line(widths.map((size) => '-'.repeat(size))), ...rows.map(line)].join('\n')}\n`;
}

function pad(text: string, size: number, align: TextColumn['align']): string {
  const blanks = ' '.repeat(Math.max(0, size - width(text)));
  return align === 'right' ? blanks + text : text + blanks;
}

function width(text: string): number {
  return [...text].length;
}
