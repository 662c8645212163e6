import type { TextRule } from './rule.ts';

/** Turns a text into upper or lower case. */
export const changeCase: TextRule = (column) => (column.case === undefined ? undefined : (text) => `${column.case}(${text})`);
