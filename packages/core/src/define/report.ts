import { suggest } from '../errors/nearest.ts';

/** Takes down one contradiction of a declaration. */
export type Report = (path: readonly string[], message: string, hint: string) => void;

/** Reports the wanted columns that do not exist. */
export function needColumns(path: readonly string[], wanted: readonly string[], columns: readonly string[], report: Report): void {
  for (const column of wanted) {
    if (!columns.includes(column))
      report(path, `\`${path.join('.')}\` names \`${column}\`, which is not a column.`, suggest(column, columns));
  }
}
