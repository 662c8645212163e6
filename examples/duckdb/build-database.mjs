// Builds helpdesk.duckdb up to and including a day, as an application would have filled it: node build-database.mjs 2024-05-03 [FILE]
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const day = process.argv[2] ?? '';
if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new Error('Up to which day? node build-database.mjs 2024-05-03');

const file = process.argv[3] ?? fileURLToPath(new URL('helpdesk.duckdb', import.meta.url));
const instance = await DuckDBInstance.create(file);
const connection = await instance.connect();
// A ticket is opened, and solved some hours later, which may be the next day. What is seen of it depends on the day.
await connection.run(`
  CREATE SCHEMA IF NOT EXISTS desk;
  CREATE OR REPLACE TABLE desk.agents AS
    SELECT i::INTEGER AS id, 'Agent ' || i AS name, ['north', 'south', 'night'][1 + i % 3]::ENUM('north', 'south', 'night') AS team,
      {'email': 'agent' || i || '@example.org', 'skills': list_slice(['mail', 'phone', 'chat'], 1, 1 + i % 3)} AS profile
    FROM range(1, 9) AS r(i);
  CREATE OR REPLACE TABLE desk.tickets AS
    SELECT i AS id, (1 + hash(i) % 8)::INTEGER AS agent_id, ['low', 'normal', 'HIGH ', ''][1 + (hash(i * 3) % 4)::INTEGER] AS priority,
      TIMESTAMPTZ '2024-05-01 07:00:00+00' + to_minutes((i * 47)::INTEGER) AS opened_at, opened_at + to_minutes((30 + hash(i * 7) % 900)::INTEGER) AS solved_at,
    FROM range(1, 400) AS r(i)
    WHERE opened_at < DATE '${day}' + INTERVAL 1 DAY;
  UPDATE desk.tickets SET solved_at = NULL WHERE solved_at >= DATE '${day}' + INTERVAL 1 DAY;
  CREATE OR REPLACE VIEW desk.ticket_changes AS SELECT *, coalesce(solved_at, opened_at) AS changed_at FROM desk.tickets;
  CHECKPOINT;`);
connection.closeSync();
instance.closeSync();
