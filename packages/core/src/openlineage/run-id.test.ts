import { describe, expect, it } from 'vitest';
import { uuidOf } from './run-id.ts';

describe('uuidOf', () => {
  it('is the version 5 UUID that other libraries make of the same name', async () => {
    expect(await uuidOf('1m86vjs3p000xapb')).toBe('fcc34397-aa32-5aa7-a8f0-b2296e12224d');
    expect(await uuidOf('0000')).toBe('b522df9b-e7c0-5c87-947e-258d5d0ebbd6');
  });
});
