import { SnowmeltError } from '@snowmelt/core/ports';
import type { Invocation } from './command.ts';

/** Reads a whole number of at least `min`. @throws cli/usage */
export function readNumber(invocation: Invocation, name: string, fallback: number, min: number): number {
  const text = invocation.values[name];
  if (typeof text !== 'string') return fallback;
  const number = Number(text);
  if (Number.isInteger(number) && number >= min) return number;
  throw new SnowmeltError('cli/usage', {
    message: `--${name} takes a whole number of at least ${min}, not \`${text}\`.`,
    hint: `Example: --${name} ${Math.max(min, 2)}.`,
  });
}

/** Reads a text option; undefined where it is not given. */
export function readText(invocation: Invocation, name: string): string | undefined {
  const text = invocation.values[name];
  return typeof text === 'string' ? text : undefined;
}
