import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A user who may connect, known by the public key that `ALTER USER … SET RSA_PUBLIC_KEY` would register. */
export interface UserKey {
  readonly name: string;
  /** PEM, `BEGIN PUBLIC KEY`; its RSA key has 2048 bits or more. */
  readonly publicKeyPem: string;
}

/** Reads a registered key. @throws Error if the text is not the PEM of an RSA public key. */
export function readPublicKey({ name, publicKeyPem }: UserKey): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(publicKeyPem);
  } catch (cause) {
    throw new Error(`The public key of user ${name} is not a PEM file.`, { cause });
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Error(`The public key of user ${name} is not an RSA key.`);
  return key;
}

/** Gives a key's fingerprint as Snowflake writes it, `SHA256:…`. */
export function keyFingerprint(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64')}`;
}

/** Makes a fresh RSA key pair, both halves as PEM. */
export function generateKeyPair(): { readonly privateKeyPem: string; readonly publicKeyPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { privateKeyPem: privateKey, publicKeyPem: publicKey };
}
