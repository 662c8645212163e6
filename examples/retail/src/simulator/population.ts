import type { Random } from './random.ts';

/** A customer as the shop's master data has it. */
export interface Customer {
  readonly customerId: number;
  readonly country: string;
}

/** The number of the first customer whom the shop opened with; the others follow. */
export const FIRST_CUSTOMER_ID = 12_346;
/** The number of the first customer who came later. */
export const FIRST_LATER_CUSTOMER_ID = 50_000_000;
/** The most customers a shop can open with, so that the two ranges of numbers stay apart. */
export const MOST_CUSTOMERS = 10_000_000;
/** How many numbers are set aside for the customers that one day may bring. */
export const MOST_NEW_CUSTOMERS_A_DAY = 4;

// Frequent countries come first; the spellings are as uneven as people's typing.
const COUNTRIES = [
  'United Kingdom',
  'United Kingdom',
  'United Kingdom',
  'United Kingdom',
  'Germany',
  'France',
  'EIRE',
  'Spain',
  'Netherlands',
  ' United Kingdom',
  'Channel  Islands',
  'USA',
  'RSA',
  'Unspecified',
  '',
];

/** Where a new customer lives. */
export function someCountry(random: Random): string {
  return random.pick(COUNTRIES, 1.8);
}
