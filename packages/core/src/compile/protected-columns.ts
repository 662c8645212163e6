import type { CleanedColumn } from '../layers/silver/cleaning.ts';
import type { SilverDataset } from '../layers/silver/silver-dataset.ts';
import type { CompileContext } from './context.ts';

/** The columns of its source that a dataset protects. */
export function protectedOf(columns: readonly CleanedColumn[]): Pick<SilverDataset, 'personal'> {
  const personal = columns.flatMap(({ rules, startFlow }) => (rules.protect === undefined ? [] : startFlow.map((edge) => edge.column)));
  return personal.length === 0 ? {} : { personal: [...new Set(personal)] };
}

/** Where the keys are that its columns are protected by. */
export function keysOf({ keys }: CompileContext, columns: readonly CleanedColumn[]): NonNullable<SilverDataset['keys']> {
  const used = new Set(columns.flatMap(({ rules }) => rules.protect?.key ?? []));
  return Object.fromEntries(Object.entries(keys).filter(([key]) => used.has(key)));
}
