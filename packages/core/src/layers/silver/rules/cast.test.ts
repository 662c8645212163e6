import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import { type ColumnType, parseColumnType } from '../../../sql/column-type.ts';
import { forBoth } from '../../../sql/render.ts';
import { type CastPolicy, renderCast } from './cast.ts';

const evaluate = openEvaluator();

function typeOf(spelling: string): ColumnType {
  const type = parseColumnType(spelling);
  if (type === undefined) throw new Error(spelling);
  return type;
}

const rendered = (from: string, to: string, policy: CastPolicy = 'exact') =>
  forBoth((words) => renderCast('x', { from: typeOf(from), to: typeOf(to), policy }, words));
const cast = (from: string, to: string, values: readonly (string | null)[], policy: CastPolicy = 'exact') =>
  evaluate(rendered(from, to, policy).duckdb, values, from.replace('NUMBER', 'DECIMAL').replace('_NTZ', ''));

it('is rendered for both engines, or not at all', () => {
  expect(rendered('VARCHAR', 'NUMBER(6,2)')).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE WHEN regexp_full_match(x, '[ \\t\\n\\r\\f]*[+-]?(?:[0-9]+(?:\\.[0-9]{0,2}0*)?|\\.[0-9]{1,2}0*)[ \\t\\n\\r\\f]*') OR (regexp_full_match(x, '[ \\t\\n\\r\\f]*[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)[eE][+-]?[0-9]{1,4}[ \\t\\n\\r\\f]*') AND length(regexp_extract(x, '\\.([0-9]*?)0*[eE]', 1)) - TRY_CAST(regexp_extract(x, '[eE]([+-]?[0-9]+)', 1) AS BIGINT) <= 2) THEN TRY_CAST(x AS DECIMAL(6,2)) END",
      "spark": "CASE WHEN (x RLIKE '(?d)^(?:[ \\\\t\\\\n\\\\r\\\\f]*[+-]?(?:[0-9]+(?:\\\\.[0-9]{0,2}0*)?|\\\\.[0-9]{1,2}0*)[ \\\\t\\\\n\\\\r\\\\f]*)\\\\z') OR ((x RLIKE '(?d)^(?:[ \\\\t\\\\n\\\\r\\\\f]*[+-]?(?:[0-9]+(?:\\\\.[0-9]*)?|\\\\.[0-9]+)[eE][+-]?[0-9]{1,4}[ \\\\t\\\\n\\\\r\\\\f]*)\\\\z') AND length(regexp_extract(x, '\\\\.([0-9]*?)0*[eE]', 1)) - TRY_CAST(regexp_extract(x, '[eE]([+-]?[0-9]+)', 1) AS BIGINT) <= 2) THEN TRY_CAST(x AS DECIMAL(6,2)) END",
    }
  `);
  expect(rendered('VARCHAR', 'NUMBER(9,0)', 'round').spark).toMatchInlineSnapshot(
    `"CASE WHEN (x RLIKE '(?d)^(?:[ \\\\t\\\\n\\\\r\\\\f]*[+-]?(?:[0-9]+(?:\\\\.[0-9]*)?|\\\\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?[ \\\\t\\\\n\\\\r\\\\f]*)\\\\z') THEN TRY_CAST(TRY_CAST(x AS DECIMAL(38,0)) AS BIGINT) END"`,
  );
  expect(rendered('VARCHAR', 'TIMESTAMP_NTZ').spark).toMatchInlineSnapshot(
    `"CASE WHEN (x RLIKE '(?d)^(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[ T](?:[01]?[0-9]|2[0-3]):[0-9]{1,2}(?::[0-9]{1,2}(?:\\\\.[0-9]{1,6}0*)?)?(?:Z|[+]00(?::?00)?)?)?)\\\\z') THEN TRY_CAST(x AS TIMESTAMP_NTZ) END"`,
  );
  expect(rendered('FLOAT', 'NUMBER(9,0)').spark).toMatchInlineSnapshot(
    `"CASE WHEN TRY_CAST(TRY_CAST(x AS BIGINT) AS DOUBLE) = x THEN TRY_CAST(x AS BIGINT) END"`,
  );
  expect(rendered('FLOAT', 'NUMBER(9,0)', 'round').spark).toMatchInlineSnapshot(`"TRY_CAST(round(x) AS BIGINT)"`);
  expect(rendered('NUMBER(9,2)', 'NUMBER(9,0)', 'round').spark).toMatchInlineSnapshot(`"TRY_CAST(TRY_CAST(x AS DECIMAL(38,0)) AS BIGINT)"`);
  expect(rendered('DATE', 'DATE').spark).toBe('x');
});

it('makes an integer of a text only where nothing is lost', async () => {
  const texts = ['7', ' +7 ', '-7.00', '7.', '1.5', '.5', '.0', '1e3', '1.5e1', '1.55e1', '15e-1', '1_000', '0xFF', '', 'x', '9e99', null];
  expect(await cast('VARCHAR', 'NUMBER(9,0)', texts)).toEqual([
    ...['7', '7', '-7', '7', null, null, '0', '1000', '15', null, null, null, null, null, null, null, null],
  ]);
});

it('keeps all decimals of a text, or refuses it', async () => {
  const texts = ['1.2', '1.25', '1.2500', '1.255', '.25', '-.256', '12345', '1.255e1', '1.255e2'];
  expect(await cast('VARCHAR', 'NUMBER(6,2)', texts)).toEqual(['1.20', '1.25', '1.25', null, '0.25', null, null, '12.55', '125.50']);
});

it('rounds halves away from zero if that is asked for, whatever the value was', async () => {
  const halves = ['0.5', '1.5', '2.5', '-2.5', '2.4'];
  const rounded = ['1', '2', '3', '-3', '2'];
  expect(await cast('VARCHAR', 'NUMBER(9,0)', halves, 'round')).toEqual(rounded);
  expect(await cast('NUMBER(9,2)', 'NUMBER(9,0)', halves, 'round')).toEqual(rounded);
  expect(await cast('DOUBLE', 'NUMBER(9,0)', halves, 'round')).toEqual(rounded);
  expect(await cast('VARCHAR', 'NUMBER(6,1)', ['1.25', '-1.25', '1_0', 'x'], 'round')).toEqual(['1.3', '-1.3', null, null]);
});

it('loses nothing between numbers', async () => {
  expect(await cast('NUMBER(9,3)', 'NUMBER(9,2)', ['1.250', '1.255'])).toEqual(['1.25', null]);
  expect(await cast('DOUBLE', 'NUMBER(9,0)', ['3', '3.5', 'NaN', '1e300'])).toEqual(['3', null, null, null]);
  expect(await cast('BIGINT', 'FLOAT', ['9007199254740992', '9007199254740993'])).toEqual(['9007199254740992.0', null]);
  expect(await cast('BIGINT', 'BOOLEAN', ['0', '1', '2'])).toEqual(['false', 'true', null]);
  expect(await cast('NUMBER(20,0)', 'NUMBER(9,0)', ['5', '99999999999999999999'])).toEqual(['5', null]);
});

it('takes a text for a FLOAT if a FLOAT can be that large', async () => {
  expect(await cast('VARCHAR', 'FLOAT', ['1.5', ' 1e3', '1e400', '-inf', 'NaN', '1_0', 'x'])).toEqual([
    ...['1.5', '1000.0', null, '-inf', 'nan', null, null],
  ]);
});

it('forgets no time, no offset and no fraction of a second', async () => {
  const dates = ['2024-02-29', ' 2024-2-29 ', '2024-02-30', '2024-02-29 00:00:00', '2024-02-29 10:00', '2024/02/29', '20240229'];
  expect(await cast('VARCHAR', 'DATE', dates)).toEqual(['2024-02-29', '2024-02-29', null, '2024-02-29', null, null, null]);
  const moments = ['2024-02-29', '2024-02-29T10:00:00Z', '2024-02-29 10:00:00+02:00', '2024-02-29 9:05', '2024-02-29 24:00:00'];
  expect(await cast('VARCHAR', 'TIMESTAMP', moments)).toEqual([
    ...['2024-02-29 00:00:00', '2024-02-29 10:00:00', null, '2024-02-29 09:05:00', null],
  ]);
  const fine = ['2024-02-29 10:00:00.123456', '2024-02-29 10:00:00.123456000', '2024-02-29 10:00:00.1234567'];
  expect(await cast('VARCHAR', 'TIMESTAMP', fine)).toEqual(['2024-02-29 10:00:00.123456', '2024-02-29 10:00:00.123456', null]);
  expect(await cast('TIMESTAMP', 'DATE', ['2024-02-29 00:00:00', '2024-02-29 10:00:00'])).toEqual(['2024-02-29', null]);
  expect(await cast('VARCHAR', 'TIME', ['9:05', '09:05:01.5', '25:00', '2024-02-29 10:00'])).toEqual([
    '09:05:00',
    '09:05:01.5',
    null,
    null,
  ]);
});

it('cuts off what is finer if that is asked for, and nothing else', async () => {
  const texts = ['2024-02-29 10:00:00.1234567', '2024-02-29 10:00:00+02:00'];
  expect(await cast('VARCHAR', 'TIMESTAMP', texts, 'truncate')).toEqual(['2024-02-29 10:00:00.123456', null]);
  expect(await cast('VARCHAR', 'DATE', texts, 'truncate')).toEqual(['2024-02-29', null]);
  expect(await cast('TIMESTAMP', 'DATE', ['2024-02-29 23:59:59.9'], 'truncate')).toEqual(['2024-02-29']);
  expect(await cast('TIMESTAMP', 'TIME', ['2024-02-29 10:00:00'], 'truncate')).toEqual(['10:00:00']);
});
