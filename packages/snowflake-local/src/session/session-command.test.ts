import { describe, expect, it } from 'vitest';
import { readSessionCommand, type SessionState } from './session-command.ts';

const STATE: SessionState = {
  context: { database: 'SHOP', schema: 'PUBLIC', role: 'PUBLIC', warehouse: undefined },
  parameters: new Map([['QUERY_TAG', 'old']]),
};
const read = (text: string): SessionState | undefined => readSessionCommand(text, STATE, { databaseName: 'SHOP', schema: 'PUBLIC' });

describe('USE', () => {
  it.each([
    ['use role analyst', { role: 'ANALYST' }],
    ['USE WAREHOUSE "My wh"', { warehouse: 'My wh' }],
    ['USE SCHEMA a', { schema: 'A' }],
    ['USE SCHEMA shop."b""c"', { schema: 'b"c' }],
    ['USE DATABASE shop', { schema: 'PUBLIC' }],
    ['USE shop', {}],
    ['USE shop.a;', { schema: 'A' }],
    ['-- why\n/* so */ USE ROLE r ; ', { role: 'R' }],
  ])('%s', (text, change) => {
    expect(read(text)?.context).toEqual({ ...STATE.context, ...change });
  });

  it.each(['USE other', 'USE DATABASE other', 'USE SCHEMA other.a'])('refuses another database: %s', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: '002043' }));
  });
});

describe('ALTER SESSION', () => {
  it('sets parameters', () => {
    const state = read("ALTER SESSION SET query_tag = 'it''s', STATEMENT_TIMEOUT_IN_SECONDS=60 CLIENT_ANYTHING = true");
    expect(Object.fromEntries(state?.parameters ?? [])).toEqual({
      QUERY_TAG: "it's",
      STATEMENT_TIMEOUT_IN_SECONDS: '60',
      CLIENT_ANYTHING: 'true',
    });
  });

  it('takes parameters back', () => {
    expect(read('alter session unset query_tag, timezone')?.parameters.size).toBe(0);
  });

  it.each([
    ["ALTER SESSION SET TIMEZONE = 'Europe/Berlin'", '001006'],
    ['ALTER SESSION SET AUTOCOMMIT = FALSE', '001006'],
    ["ALTER SESSION SET DATE_OUTPUT_FORMAT = 'DD.MM.YYYY'", '001006'],
    ['ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 999999', '001006'],
    ['ALTER SESSION SET QUERY_TAG', '001003'],
    ["ALTER SESSION SET QUERY_TAG = 'a', nonsense", '001003'],
  ])('refuses %s', (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }));
  });
});

it('ends transactions that do not exist', () => {
  expect(read('COMMIT')).toBe(STATE);
  expect(read('rollback work;')).toBe(STATE);
});

it.each(['SELECT 1', 'SELECT 1 -- USE ROLE x', "INSERT INTO t VALUES ('USE ROLE x')", 'COMMIT; SELECT 1', 'BEGIN'])(
  'leaves other statements alone: %s',
  (text) => {
    expect(read(text)).toBeUndefined();
  },
);
