import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import { forBoth } from '../../../sql/render.ts';
import { formatsOf, parseFormat, typeOfFormats } from './parse-format.ts';

const evaluate = openEvaluator();

const rendered = (format: string | readonly string[]) => forBoth((words) => parseFormat('x', formatsOf(format), words));
const parse = (format: string | readonly string[], texts: readonly (string | null)[]) => evaluate(rendered(format).duckdb, texts);

it('is rendered for both engines', () => {
  expect(rendered('DD/MM/YYYY')).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE WHEN regexp_full_match(x, '([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})') THEN TRY_CAST(regexp_replace(x, '^(?:([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}))\\z', '\\3-\\2-\\1') AS DATE) END",
      "spark": "CASE WHEN (x RLIKE '(?d)^(?:([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}))\\\\z') THEN TRY_CAST(regexp_replace(x, '^(?:([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}))\\\\z', '$3-$2-$1') AS DATE) END",
    }
  `);
  expect(rendered('HH12:MI AM').spark).toMatchInlineSnapshot(
    `"CASE WHEN (upper(x) RLIKE '(?d)^(?:(0?[1-9]|1[0-2]):([0-9]{1,2}) (AM|PM))\\\\z') THEN date_format(TRY_CAST(regexp_replace(upper(x), '^(?:(0?[1-9]|1[0-2]):([0-9]{1,2}) (AM|PM))\\\\z', '1970-01-01 $1:$2') AS TIMESTAMP_NTZ) + CASE WHEN hour(TRY_CAST(regexp_replace(upper(x), '^(?:(0?[1-9]|1[0-2]):([0-9]{1,2}) (AM|PM))\\\\z', '1970-01-01 $1:$2') AS TIMESTAMP_NTZ)) = 12 AND upper(x) LIKE '%AM%' THEN INTERVAL '-12' HOUR WHEN NOT hour(TRY_CAST(regexp_replace(upper(x), '^(?:(0?[1-9]|1[0-2]):([0-9]{1,2}) (AM|PM))\\\\z', '1970-01-01 $1:$2') AS TIMESTAMP_NTZ)) = 12 AND upper(x) LIKE '%PM%' THEN INTERVAL '12' HOUR ELSE INTERVAL '0' HOUR END, 'HH:mm:ss.SSSSSS') END"`,
  );
  expect(rendered('DD-MON-YYYY HH24:MI').spark).toMatchInlineSnapshot(
    `"CASE WHEN (upper(x) RLIKE '(?d)^(?:([0-9]{1,2})-(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)-([0-9]{4}) ([01]?[0-9]|2[0-3]):([0-9]{1,2}))\\\\z') THEN TRY_CAST(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(regexp_replace(upper(x), '^(?:([0-9]{1,2})-(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)-([0-9]{4}) ([01]?[0-9]|2[0-3]):([0-9]{1,2}))\\\\z', '$3-$2-$1 $4:$5'), '-JAN-', '-01-'), '-FEB-', '-02-'), '-MAR-', '-03-'), '-APR-', '-04-'), '-MAY-', '-05-'), '-JUN-', '-06-'), '-JUL-', '-07-'), '-AUG-', '-08-'), '-SEP-', '-09-'), '-OCT-', '-10-'), '-NOV-', '-11-'), '-DEC-', '-12-') AS TIMESTAMP_NTZ) END"`,
  );
});

it('reads dates in the order of the format, and only days that there are', async () => {
  const texts = ['31/01/2024', '1/2/2024', '30/02/2024', '13/13/2024', '01/02/24', '01-02-2024', '01/02/2024 ', '', null];
  expect(await parse('DD/MM/YYYY', texts)).toEqual(['2024-01-31', '2024-02-01', null, null, null, null, null, null, null]);
  expect(await parse('YYYYMMDD', ['20240131', '2024131', '20240230'])).toEqual(['2024-01-31', null, null]);
});

it('reads times of day to the microsecond', async () => {
  const texts = ['5.1.2024 8:26', '05.01.2024 23:59', '05.01.2024 24:00', '05.01.2024'];
  expect(await parse('DD.MM.YYYY HH24:MI', texts)).toEqual(['2024-01-05 08:26:00', '2024-01-05 23:59:00', null, null]);
  const fine = ['2024-01-05T08:26:01.5', '2024-01-05T08:26:01.123456000', '2024-01-05T08:26:01.1234567'];
  expect(await parse('YYYY-MM-DDTHH24:MI:SS.FF9', fine)).toEqual(['2024-01-05 08:26:01.5', '2024-01-05 08:26:01.123456', null]);
  expect(await parse('YYYYMMDDHH24MISS', ['20240105082601', '2024010582601'])).toEqual(['2024-01-05 08:26:01', null]);
});

it('knows that noon is 12 PM and midnight 12 AM', async () => {
  const texts = [
    '1/5/2024 12:00 AM',
    '1/5/2024 12:30 pm',
    '1/5/2024 1:05 PM',
    '1/5/2024 11:59 am',
    '1/5/2024 13:00 PM',
    '1/5/2024 0:00 AM',
  ];
  expect(await parse('MM/DD/YYYY HH12:MI AM', texts)).toEqual([
    ...['2024-01-05 00:00:00', '2024-01-05 12:30:00', '2024-01-05 13:05:00', '2024-01-05 11:59:00', null, null],
  ]);
  expect(await parse('HH12:MI PM', ['12:15 AM', '12:15 PM', '9:05 PM'])).toEqual(['00:15:00', '12:15:00', '21:05:00']);
});

it('reads English months, long or short, in any case', async () => {
  expect(await parse('DD-MON-YYYY', ['5-jan-2024', '31-DEC-1999', '5-Mär-2024'])).toEqual(['2024-01-05', '1999-12-31', null]);
  expect(await parse('MMMM DD, YYYY', ['September 1, 2024', 'may 31, 2024', 'Sep 1, 2024'])).toEqual(['2024-09-01', '2024-05-31', null]);
});

it('takes the first of several formats that fits', async () => {
  const formats = ['DD/MM/YYYY', 'YYYY-MM-DD'];
  expect(await parse(formats, ['01/02/2024', '2024-02-01', '2024/02/01'])).toEqual(['2024-02-01', '2024-02-01', null]);
  expect(typeOfFormats(formatsOf(formats))).toEqual({ kind: 'date' });
  expect(typeOfFormats(formatsOf(['DD/MM/YYYY', 'DD/MM/YYYY HH24:MI']))).toEqual({ kind: 'timestamp' });
});

it('takes text in quotes, and signs of regular expressions, as they stand', async () => {
  expect(await parse('"Day "DD.MM.YYYY', ['day 5.1.2024', 'Day 5x1.2024'])).toEqual(['2024-01-05', null]);
});
