import { type Clock, type ParquetWriter, type Secrets, type Source, sqlText } from '@snowmelt/core/ports';
import { keyPairTokens } from './auth/key-pair.ts';
import { requestSender } from './client/request-sender.ts';
import { sqlApiClient } from './client/sql-api-client.ts';
import { extract } from './extract/extract.ts';
import { apiUrl, type SnowflakeConnection } from './snowflake-connection.ts';
import { rawTransport } from './transport/raw.ts';

/** What the source reads with. */
export interface SnowflakeSourceOptions {
  readonly connection: SnowflakeConnection;
  /** Types the fetched rows and writes them to the lake. */
  readonly writer: ParquetWriter;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** A name for the run in Snowflake's query history. */
  readonly tag?: string;
}

/**
 * Gives a {@link Source} that reads tables and queries of a Snowflake account. Nothing is connected, and no secret looked
 * up, before its first use.
 *
 * @throws config/invalid for an address that is not https; its methods throw source/*, secret/not-found, lake/disk-full, run/interrupted
 */
export function snowflakeSource({ connection, writer, secrets, clock, tag }: SnowflakeSourceOptions): Source {
  const url = apiUrl(connection);
  const sender = requestSender({ host: new URL(url).host, tokens: keyPairTokens({ connection, secrets, clock }), clock });
  const client = sqlApiClient({ connection, url, sender, clock, tag });
  const transport = rawTransport({ client, writer });
  return {
    async ping(signal) {
      const result = await client.query(PING, { attempt: 'ping', signal });
      const [account, user, role, warehouse, version] = (result.data[0] ?? []).map((cell) => cell ?? undefined);
      return `Snowflake ${version ?? '?'}, account ${account ?? '?'}, user ${user ?? '?'}, role ${role ?? 'none'}, warehouse ${warehouse ?? 'none'}`;
    },
    extract: (request, context) => extract({ client, transport, connection }, request, context),
  };
}

const PING = sqlText('SELECT CURRENT_ACCOUNT(), CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE(), CURRENT_VERSION()');
