import { generateKeyPairSync } from 'node:crypto';
import { type RunningServer, startServer } from 'snowflake-local';

/** A stand-in Snowflake and the variables under which a project finds it. */
export interface StandIn {
  readonly server: RunningServer;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a stand-in with a fresh key. */
export async function startStandIn(database = ':memory:'): Promise<StandIn> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const server = await startServer({ database, account: 'BENCH', users: [{ name: 'BENCH', publicKeyPem: publicKey }] });
  const environment = { SNOWFLAKE_URL: server.url, SNOWFLAKE_ACCOUNT: 'BENCH', SNOWFLAKE_USER: 'BENCH', SNOWFLAKE_PRIVATE_KEY: privateKey };
  return { server, environment };
}
