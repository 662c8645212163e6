import { CONDITIONS } from './conditions.ts';
import { DATES } from './dates.ts';
import { NUMBERS } from './numbers.ts';
import { STRINGS } from './strings.ts';
import { VARIANTS } from './variants.ts';

/** Every expression of the corpus. */
export const EXPRESSIONS = [...STRINGS, ...NUMBERS, ...CONDITIONS, ...DATES, ...VARIANTS];
