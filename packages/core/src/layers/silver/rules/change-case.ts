import { changeCase as renderCase } from '../../../sql/change-case.ts';
import type { TextRule } from './rule.ts';

/** Turns a text into upper or lower case. */
export const changeCase: TextRule = ({ case: to }, { dialect }) => (to === undefined ? undefined : (text) => renderCase(text, to, dialect));
