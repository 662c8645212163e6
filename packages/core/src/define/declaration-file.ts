import type { Place } from '../errors/snowmelt-error.ts';
import { locateKey } from './locate.ts';

/** The configuration file, for saying where in it something stands. */
export interface DeclarationFile {
  readonly path: string;
  readonly text: string;
}

/** The place of a declared key: dataset and field where the path has them, line and column where the text shows them. */
export function declarationPlace(file: DeclarationFile, path: readonly PropertyKey[]): Place {
  const [section, table, ...rest] = path.map(String);
  const isDataset = section === 'bronze' || section === 'silver' || section === 'gold';
  return {
    file: file.path,
    ...locateKey(file.text, path),
    ...(isDataset && table !== undefined ? { dataset: `${section}.${table}` } : {}),
    ...(isDataset && rest.length > 0 ? { field: rest.join('.') } : {}),
  };
}
