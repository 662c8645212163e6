import type { ValueKind } from '../value-kind.ts';
import { AGGREGATES } from './aggregates.ts';
import { DATES } from './dates.ts';
import type { KnownFunction } from './known-function.ts';
import { NUMBERS } from './numbers.ts';
import { STRINGS } from './strings.ts';
import { readUnit } from './units.ts';

/** Every function that we vouch for, with all its forms. */
export const FUNCTIONS: ReadonlyMap<string, readonly KnownFunction[]> = byName([...STRINGS, ...NUMBERS, ...DATES, ...AGGREGATES]);

function byName(all: readonly KnownFunction[]): ReadonlyMap<string, readonly KnownFunction[]> {
  const names = new Map<string, KnownFunction[]>();
  for (const one of all) names.set(one.name, [...(names.get(one.name) ?? []), one]);
  return names;
}

/** What is known of a call. */
export interface CallShape {
  readonly name: string;
  readonly kinds: readonly (ValueKind | undefined)[];
  /** The first argument as a word. */
  readonly unit: string | undefined;
}

/** The form for a call; undefined if there is none for such arguments. */
export function findForm({ name, kinds, unit }: CallShape): KnownFunction | undefined {
  return FUNCTIONS.get(name)?.find((form) => {
    const [least, most] = form.args;
    if (kinds.length < least || kinds.length > most) return false;
    if (form.units !== undefined && !form.units.includes(readUnit(unit ?? '') ?? '')) return false;
    return Object.entries(form.kinds ?? {}).every(([at, wanted]) => wanted.some((kind) => kind === kinds[Number(at) - 1]));
  });
}
