import { formatCount } from '../messages/format-count.ts';

/** `1 day`, `2 days`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(n)} ${n === 1 ? noun : plural}`;
}
