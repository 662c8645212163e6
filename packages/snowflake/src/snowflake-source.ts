import {
  type AttemptNotes,
  type Clock,
  type ParquetWriter,
  quoteIdentifier,
  type Secrets,
  SnowmeltError,
  type Source,
  sqlText,
  type Transport as TransportName,
} from '@snowmelt/core/ports';
import { authenticatorFor } from './auth/authenticator.ts';
import { requestSender } from './client/request-sender.ts';
import { sessionClient } from './client/session-client.ts';
import { limitSlots } from './client/slots.ts';
import { sqlApiClient } from './client/sql-api-client.ts';
import { describeSource, extract } from './extract/extract.ts';
import { qualifiedName } from './extract/relation.ts';
import { digestSource } from './reconcile/source-digest.ts';
import { apiUrl, type SnowflakeConnection, statementLimit } from './snowflake-connection.ts';
import { chunksTransport } from './transport/chunks.ts';
import { rawTransport } from './transport/raw.ts';
import { rowsTransport } from './transport/rows.ts';
import type { Transport } from './transport/transport.ts';
import { type UnloadTransportOptions, unloadTransport } from './transport/unload.ts';

/** What the source reads with. */
export interface SnowflakeSourceOptions {
  readonly connection: SnowflakeConnection;
  /** Types the fetched rows and writes them to the lake. */
  readonly writer: ParquetWriter;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** A name for the run in Snowflake's query history. */
  readonly tag?: string;
  /** Where the next attempt finds how far one was that is killed; without, it begins again. */
  readonly attempts?: AttemptNotes;
  /** Result text per Parquet file of transports raw and chunks; default: what the connection says. */
  readonly fileBytes?: number;
  /** Silence after which a connection counts as broken; default two minutes. */
  readonly idleTimeoutMs?: number;
}

/**
 * Gives a {@link Source} that reads tables and queries of a Snowflake account. Nothing is connected, and no secret looked
 * up, before its first use.
 *
 * @throws config/invalid for an address that is not https; its methods throw source/*, secret/not-found, lake/disk-full, run/interrupted
 */
export function snowflakeSource({
  connection,
  writer,
  secrets,
  clock,
  tag,
  attempts,
  fileBytes,
  idleTimeoutMs,
}: SnowflakeSourceOptions): Source {
  const url = apiUrl(connection);
  const authenticator = authenticatorFor({ connection, secrets, clock });
  const sender = requestSender({ host: new URL(url).host, authenticator, clock, idleTimeoutMs });
  const slots = limitSlots(statementLimit(connection));
  const client = sqlApiClient({ connection, url, sender, clock, slots, tag });
  const declaredBytes = connection.fileMegabytes === undefined ? undefined : connection.fileMegabytes * 1024 * 1024;
  const bounds = { writer, groupBytes: fileBytes ?? declaredBytes, fetches: connection.maxFetches };
  const raw = rawTransport({ client, ...bounds });
  const rows = rowsTransport({ client, writer });
  const session = sessionClient({ connection, url, authenticator, clock, slots, tag, idleTimeoutMs });
  const chunks = chunksTransport({ client: session, ...bounds });
  const transport = (name: TransportName): Transport => {
    switch (name) {
      case 'raw':
        return raw;
      case 'rows':
        return rows;
      case 'chunks':
        return chunks;
      default:
        return unloadTransport({ client, writer, ...stageOf(connection), fileBytes: declaredBytes });
    }
  };
  return {
    async ping(signal) {
      const result = await client.query(PING, { attempt: 'ping', signal });
      const [account, user, role, warehouse, version] = (result.data[0] ?? []).map((cell) => cell ?? undefined);
      return `Snowflake ${version ?? '?'}, account ${account ?? '?'}, user ${user ?? '?'}, role ${role ?? 'none'}, warehouse ${warehouse ?? 'none'}`;
    },
    describe: (request, context) => describeSource({ client, connection }, request, context),
    extract: (request, context) => extract({ client, transport, connection, clock, attempts }, request, context),
    digest: (request, context) => digestSource({ client, connection }, request, context),
  };
}

const PING = sqlText('SELECT CURRENT_ACCOUNT(), CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE(), CURRENT_VERSION()');

function stageOf(connection: SnowflakeConnection): Pick<UnloadTransportOptions, 'stage' | 'stageName'> {
  const { stage } = connection;
  if (stage !== undefined) {
    const parts = qualifiedName(stage.name, connection);
    return { stage, stageName: parts.map((part) => quoteIdentifier(part, 'snowflake')).join('.') };
  }
  throw new SnowmeltError('config/invalid', {
    message: 'Transport unload needs a `stage` in the source.',
    hint: 'Name an external stage that Snowflake may write to, or use transport raw.',
    at: { field: 'source.stage' },
  });
}
