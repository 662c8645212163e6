import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';

/** A stand-in Snowflake and the variables under which a project finds it. */
export interface StandIn {
  readonly server: RunningServer;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a stand-in with a fresh key. */
export async function startStandIn(database = ':memory:'): Promise<StandIn> {
  const { privateKeyPem, publicKeyPem } = generateKeyPair();
  const server = await startServer({ database, account: 'BENCH', users: [{ name: 'BENCH', publicKeyPem }] });
  const environment = {
    SNOWFLAKE_URL: server.url,
    SNOWFLAKE_ACCOUNT: 'BENCH',
    SNOWFLAKE_USER: 'BENCH',
    SNOWFLAKE_PRIVATE_KEY: privateKeyPem,
  };
  return { server, environment };
}
