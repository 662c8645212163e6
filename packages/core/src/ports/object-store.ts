import type { ObjectKey } from '../layout/object-key.ts';

/** One object as it was read: its bytes and the tag that {@link ObjectStore.compareAndSwap} expects. */
export interface StoredObject {
  readonly body: Uint8Array;
  readonly tag: string;
}

/** One line of a listing. */
export interface ListedObject {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/**
 * The lake's storage: S3, or a folder. Promise (see `objectStoreContract` in testkit): every write is atomic and durable
 * when it returns, reads see earlier writes, a listing is sorted by key and shows no half-written object.
 * All methods throw `lake/io` or `lake/disk-full`.
 */
export interface ObjectStore {
  /** Reads one object; undefined if there is none. */
  get(key: ObjectKey): Promise<StoredObject | undefined>;
  /** Creates an object. False, and nothing changed, if the key exists. */
  putIfAbsent(key: ObjectKey, body: Uint8Array): Promise<boolean>;
  /** Replaces an object if its tag is still `expectedTag` (`undefined`: if there is none). False, and nothing changed, otherwise. */
  compareAndSwap(key: ObjectKey, body: Uint8Array, expectedTag: string | undefined): Promise<boolean>;
  /** Objects whose key starts with `prefix`, by key; with `startAfter`, only keys greater than it. */
  list(prefix: string, options?: { readonly startAfter?: string }): Promise<readonly ListedObject[]>;
  /** Removes objects; keys that do not exist are ignored. */
  delete(keys: readonly ObjectKey[]): Promise<void>;
  /** Where an engine finds or puts the object: a path or a URL. */
  locate(key: ObjectKey): string;
}
