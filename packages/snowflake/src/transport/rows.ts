import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParquetWriter, SnowmeltError } from '@snowmelt/core/ports';
import { readJson } from '../client/read-json.ts';
import type { StatementContext } from '../client/request-sender.ts';
import { parseResultRows } from '../client/result-metadata.ts';
import type { SmallResult, SqlApiClient } from '../client/sql-api-client.ts';
import type { Transport } from './transport.ts';

/** What the rows transport works with, and its bound. */
export interface RowsTransportOptions {
  readonly client: SqlApiClient;
  readonly writer: ParquetWriter;
  /** More rows than this are refused, because all are in memory at once. */
  readonly maxRows?: number;
}

type Rows = SmallResult['data'];

const MAX_ROWS = 10_000;

/**
 * Reads small look-ups in one request as a rule: the rows come with the answer to the statement. They are exact texts in memory,
 * and the same writer types them as those of other transports.
 */
export function rowsTransport({ client, writer, maxRows = MAX_ROWS }: RowsTransportOptions): Transport {
  return {
    async read(request, context) {
      const { sql, columns } = request.query('cells');
      const first = await client.query(sql, context);
      if (first.rows > maxRows) throw tooMany(first.rows, maxRows, context);
      const rows = [...first.data, ...(await furtherRows(client, first, context))];
      const folder = await writer.spoolFolder(`${context.attempt}-${context.dataset ?? 'result'}`);
      try {
        const path = join(folder, 'rows.json');
        const text = JSON.stringify(rows);
        await writeFile(path, text);
        const spool = { paths: [path], columns, rows: first.rows, prefix: request.prefix, name: `${request.name}-00000` };
        const files = await writer.write(spool, context.signal);
        return { files, rows: first.rows, statement: first.handle, bytesFetched: Buffer.byteLength(text) };
      } finally {
        await writer.clearSpool(folder);
      }
    },
  };
}

async function furtherRows(client: SqlApiClient, { handle, partitions }: SmallResult, context: StatementContext): Promise<Rows> {
  const found: Rows[number][] = [];
  for (let number = 1; number < partitions.length; number++) {
    const rows = await client.readPartition(handle, number, context, async (body) =>
      parseResultRows(await readJson(body, client.placeOf(context))),
    );
    if (rows === undefined) throw client.unexpected(context, 'a result partition without rows');
    found.push(...rows);
  }
  return found;
}

function tooMany(rows: number, maxRows: number, { dataset }: StatementContext): SnowmeltError {
  return new SnowmeltError('source/too-many-rows', {
    message: `The result has ${rows} rows; transport rows reads ${maxRows} at most.`,
    hint: 'Use transport raw or unload, or leave the choice to `auto`.',
    at: dataset === undefined ? {} : { dataset },
  });
}
