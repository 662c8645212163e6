import { suggest } from '../errors/nearest.ts';
import { type Place, SnowmeltError } from '../errors/snowmelt-error.ts';
import type { BindFailure } from '../ports/sql-binder.ts';
import { originOf, type Position, positionAt } from '../sql/position.ts';
import type { SqlText } from '../sql/text.ts';
import type { Translator } from '../sql/translator.ts';

/** The text a user wrote, and what became of it. */
export interface BoundText {
  readonly original: string;
  readonly translated: SqlText;
  /** Where the original starts: a file, or a place in the declaration. */
  readonly at: Place;
}

/** Turns the engine's complaint about translated SQL into an error that points at what the user wrote. */
export function bindError(translator: Translator, text: BoundText, failure: BindFailure): SnowmeltError {
  const at = { ...text.at, ...originPosition(translator, text, failure) };
  switch (failure.kind) {
    case 'unknown-column':
      return new SnowmeltError('compile/unknown-column', {
        message: `There is no column \`${failure.name ?? '?'}\` here.`,
        hint: suggest(failure.name ?? '', failure.candidates ?? []),
        at,
      });
    case 'unsupported-type':
      return new SnowmeltError('compile/unsupported-type', {
        message: failure.message,
        hint: 'Cast the column to a type of the lake: NUMBER, FLOAT, VARCHAR, BOOLEAN, DATE, TIME, TIMESTAMP_NTZ, BINARY or VARIANT.',
        at,
      });
    case 'unknown-table':
      return new SnowmeltError('compile/unknown-table', {
        message: `There is no table \`${failure.name ?? '?'}\` here.`,
        hint: suggest(failure.name ?? '', failure.candidates ?? []),
        at,
      });
    case 'other':
      return new SnowmeltError('compile/unsupported-sql', {
        message: firstLine(failure.message),
        hint: 'Write it with functions that docs/sql.md lists.',
        at,
      });
    case 'type-error':
      return new SnowmeltError('compile/type-error', { message: firstLine(failure.message), hint: typeHint(failure.message), at });
  }
}

function originPosition(translator: Translator, text: BoundText, failure: BindFailure): Position | undefined {
  const original = translator.tokenize(text.original);
  if (text.at.line !== undefined) return undefined;
  const named = failure.name === undefined ? undefined : original.find((token) => token.text.toLowerCase() === failure.name?.toLowerCase());
  const offset = failure.position === undefined ? undefined : [...text.translated.slice(0, failure.position)].length;
  const origin = offset === undefined ? named : (originOf(original, translator.tokenize(text.translated), offset) ?? named);
  return origin === undefined ? undefined : positionAt(text.original, origin.start);
}

function firstLine(message: string): string {
  const [line = message] = message.split('\n');
  return line.replace(/^(Binder|Catalog|Parser|Conversion) Error: /, '').replace(' You might need to add explicit type casts.', '');
}

function typeHint(message: string): string {
  return /explicit type cast|given name and argument types/.test(message)
    ? 'Cast the argument to the type that the function takes, e.g. `x::NUMBER(18,2)`, or use a column of that type.'
    : 'Make the types on both sides the same, e.g. with a cast.';
}
