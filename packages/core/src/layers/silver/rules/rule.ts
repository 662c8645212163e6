import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import type { Words } from '../../../sql/render.ts';

/** Changes a text before it is cast. Undefined: the column does not ask for it. */
export type TextRule = (column: CleaningColumn, words: Words) => ((text: string) => string) | undefined;

/** A condition that a value must meet. Undefined: the column does not ask for it. */
export interface ValueRule {
  /** What the quarantine says after the column's name. */
  readonly reason: string;
  /** SQL that is true exactly where `value` breaks the rule; `value` is never NULL there unless the rule is about NULL. */
  violation(column: CleaningColumn, value: string, words: Words): string | undefined;
}
