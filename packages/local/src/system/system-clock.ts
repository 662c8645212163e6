import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, SnowmeltError } from '@snowmelt/core/ports';

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** The machine's clock. Its identifiers are 16 characters: the millisecond, a count within it, and chance. */
export function systemClock(): Clock {
  let lastMs = 0;
  let count = 0;
  return {
    now: () => new Date(),
    sleep,
    newId: () => {
      const nowMs = Math.max(Date.now(), lastMs);
      count = nowMs === lastMs ? count + 1 : 0;
      lastMs = nowMs;
      return base32(nowMs, 9) + base32(count, 3) + base32(randomBytes(4).readUInt32BE() % 32 ** 4, 4);
    },
  };
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (cause) {
    throw new SnowmeltError('run/interrupted', { message: 'Stopped while waiting.', cause });
  }
}

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = (DIGITS[rest % 32] ?? '0') + text;
  return text;
}
