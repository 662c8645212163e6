import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { type ObjectKey, protectionKeyPath } from '../layout/object-key.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SecretReference, Secrets } from '../ports/secrets.ts';
import type { BuildRequest } from '../ports/sql-engine.ts';

const BLOCK_BYTES = 64;
const LEAST_BYTES = 16;

/** What a key makes of the two pads of HMAC-SHA-256: all that an engine needs to know of it. */
export interface KeyPads {
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;
}

/** Looks up the keys that a build needs, by name. @throws secret/not-found, secret/weak-key, secret/key-changed */
export async function openProtectionKeys(
  { dataset, keys = {} }: Pick<BuildRequest, 'dataset' | 'keys'>,
  { secrets, store }: { readonly secrets?: Secrets | undefined; readonly store: ObjectStore },
): Promise<ReadonlyMap<string, KeyPads>> {
  const opened = new Map<string, KeyPads>();
  for (const [name, reference] of Object.entries(keys)) {
    if (secrets === undefined)
      throw new SnowmeltError('internal/unexpected', { message: 'This engine cannot look keys up.', at: { dataset } });
    opened.set(name, await openProtectionKey(name, reference, { secrets, store }));
  }
  return opened;
}

/**
 * Looks a key up and makes sure that it is the one by which the lake's data of this name was protected: with another,
 * equal values would no longer be equal. @throws secret/not-found, secret/weak-key, secret/key-changed
 */
export async function openProtectionKey(
  name: string,
  reference: SecretReference,
  { secrets, store }: { readonly secrets: Secrets; readonly store: ObjectStore },
): Promise<KeyPads> {
  const bytes = new TextEncoder().encode(await secrets.get(reference));
  if (bytes.length < LEAST_BYTES) {
    throw new SnowmeltError('secret/weak-key', {
      message: `The key \`${name}\` is shorter than ${LEAST_BYTES} bytes, so it could be guessed.`,
      hint: 'Make one with `openssl rand -hex 32`, and keep it: without it no new value can be matched with those that are there.',
    });
  }
  const pads = await keyPads(bytes);
  await compareWithLake(name, pads, store);
  return pads;
}

/** Prepares a key for HMAC-SHA-256 (RFC 2104). */
export async function keyPads(key: Uint8Array): Promise<KeyPads> {
  const short = key.length > BLOCK_BYTES ? await sha256(key) : key;
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(short);
  return { inner: block.map((byte) => byte ^ 0x36), outer: block.map((byte) => byte ^ 0x5c) };
}

async function compareWithLake(name: string, pads: KeyPads, store: ObjectStore): Promise<void> {
  const path = protectionKeyPath(name);
  const mark = `${JSON.stringify({ mark: await markOf(pads) })}\n`;
  if (await store.putIfAbsent(path, new TextEncoder().encode(mark))) return;
  const known = await readText(path, store);
  if (known === mark) return;
  throw new SnowmeltError('secret/key-changed', {
    message: `The key \`${name}\` is not the one by which this lake's data was protected: equal values would no longer be equal.`,
    hint: `Bring the old key back, or declare the new one under another name in \`keys\`: then everything it protects is built again.`,
  });
}

// Enough to tell two keys apart, too little to find one by.
async function markOf({ inner, outer }: KeyPads): Promise<string> {
  const text = new TextEncoder().encode('snowmelt protection key');
  const hash = await sha256(outer, await sha256(inner, text));
  return [...hash.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function readText(path: ObjectKey, store: ObjectStore): Promise<string | undefined> {
  const stored = await store.get(path);
  return stored === undefined ? undefined : new TextDecoder().decode(stored.body);
}

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(parts.flatMap((part) => [...part]))));
}
