import { generateKeyPair, type RunningServer, startServer } from 'snowflake-local';

export const KEYS = generateKeyPair();
export const PASSWORD = 'a long "password"';
export const ACCESS_TOKEN = 'pat-0123456789';
export const OAUTH_TOKEN = 'oauth-0123456789';
export const MANY_ROWS = 40_000;
/** Runs until it is cancelled. */
export const ENDLESS = 'SELECT COUNT(*) FROM many a, many b, many c WHERE a.n + b.n + c.n < 0';

export interface DriverServer extends RunningServer {
  /** The requests so far, as `GET /path 200`, with handles left out. */
  readonly requests: string[];
}

/** Starts a stand-in whose results have many chunks, with one user who has every kind of credential. */
export async function startDriverServer(options: { readonly waitMs?: number } = {}): Promise<DriverServer> {
  const requests: string[] = [];
  const server = await startServer({
    users: [
      {
        name: 'driver',
        publicKeyPem: KEYS.publicKeyPem,
        password: PASSWORD,
        accessTokens: [ACCESS_TOKEN],
        oauthTokens: [OAUTH_TOKEN],
      },
      { name: 'other', password: PASSWORD },
    ],
    memoryLimit: '512MB',
    partitionBytes: 128 * 1024,
    log: (line) => {
      const [, request] = /^((?:GET|POST) \S+ \d+) /.exec(line) ?? [];
      if (request !== undefined) requests.push(request.replaceAll(/[0-9a-f]{8}(-[0-9a-f]+){4}/g, 'ID'));
    },
    ...options,
  });
  await server.database.run(`
    CREATE TABLE MANY AS SELECT CAST(range AS DECIMAL(38,0)) AS N, 'row ' || range AS TEXT FROM range(${MANY_ROWS});
    CREATE SCHEMA ELSEWHERE;
    CREATE TABLE ELSEWHERE.HERE AS SELECT 'elsewhere' AS PLACE`);
  return { ...server, requests };
}

/** One row with an ordinary value, one with extremes and one of NULLs, in every type. */
export const EVERY_TYPE = [
  `CREATE OR REPLACE TABLE everything (id INT, n38 NUMBER(38,0), n12 NUMBER(12,3), f FLOAT, b BOOLEAN, s VARCHAR, d DATE, t TIME,
    ntz TIMESTAMP_NTZ, ntz3 TIMESTAMP_NTZ(3), ntz9 TIMESTAMP_NTZ(9), ltz TIMESTAMP_LTZ, tz TIMESTAMP_TZ, bin BINARY, v VARIANT, o OBJECT, a ARRAY)`,
  `INSERT INTO everything SELECT 1, 99999999999999999999999999999999999999, -123456789.125, 1.5, TRUE, 'é "quoted" 😀\\n', '2024-02-29',
    '23:59:59.999999', '1969-12-31 23:59:59.5', '2024-01-01 00:00:00.123', '2024-01-01 00:00:00.123456789', '2024-01-01 00:00:00+02:00',
    '2024-01-01 00:00:00+02:00', X'00FF', PARSE_JSON('{"b": [1, null]}'), OBJECT_CONSTRUCT_KEEP_NULL('k', 'v'), ARRAY_CONSTRUCT(1, 'x')`,
  `INSERT INTO everything SELECT 2, -99999999999999999999999999999999999999, 0.001, 'NaN'::FLOAT, FALSE, '', '0001-01-01', '00:00:00',
    '9999-12-31 23:59:59.999999', '1969-12-31 23:59:59.999', '2262-01-01 00:00:00.000000001', '0001-01-01 00:00:00+00:00',
    '9999-12-31 23:59:59.999999+00:00', X'', PARSE_JSON('"text"'), PARSE_JSON('{}'), ARRAY_CONSTRUCT()`,
  'INSERT INTO everything (id) SELECT 3',
];
