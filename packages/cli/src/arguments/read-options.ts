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

const POWERS: Readonly<Record<string, number>> = { B: 0, KB: 1, MB: 2, GB: 3, TB: 4 };

/** Reads a size, e.g. `32MB`, in bytes. @throws cli/usage */
export function readSize(invocation: Invocation, name: string, fallback: string): number {
  const text = readText(invocation, name) ?? fallback;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]?B)$/i.exec(text) ?? [];
  const power = POWERS[unit.toUpperCase()];
  if (power !== undefined && Number(number) > 0) return Number(number) * 1000 ** power;
  throw new SnowmeltError('cli/usage', {
    message: `--${name} takes a size, not \`${text}\`.`,
    hint: `Example: --${name} ${fallback}.`,
  });
}
