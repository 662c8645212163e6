import { casesOf, type ExpressionCase } from './case.ts';

/** NULL, conditions and choices. */
export const CONDITIONS: readonly ExpressionCase[] = [
  ...casesOf('operators-logical', 'boolean', [
    ['true and null', null],
    ['false and null', 'false'],
    ['true or null', 'true'],
    ['false or null', null],
    ['not null', null],
    ['not true', 'false'],
    ['true and false or true', 'true'],
  ]),
  ...casesOf('functions/is-distinct-from', 'boolean', [
    ['null is distinct from null', 'false'],
    ['1 is distinct from null', 'true'],
    ['1 is not distinct from 1', 'true'],
    ['null is null', 'true'],
    ["'' is null", 'false'],
    ['1 is not null', 'true'],
  ]),
  ...casesOf('functions/equal_null', 'boolean', [
    ['equal_null(1, 1)', 'true'],
    ['equal_null(null, null)', 'true'],
    ['equal_null(1, null)', 'false'],
  ]),
  ...casesOf('functions/iff', 'text', [
    ["iff(1 = 1, 'yes', 'no')", 'yes'],
    ["iff(null = 1, 'yes', 'no')", 'no'],
    ["iff(true, null, 'no')", null],
  ]),
  ...casesOf('functions/case', 'text', [
    ["case when 1 = 2 then 'a' when 2 = 2 then 'b' else 'c' end", 'b'],
    ["case 3 when 1 then 'a' when 3 then 'b' end", 'b'],
    ["case 5 when 1 then 'a' end", null],
    ["case null when null then 'a' else 'b' end", 'b'],
  ]),
  ...casesOf('functions/decode', 'text', [
    ["decode(2, 1, 'one', 2, 'two', 'more')", 'two'],
    ["decode(3, 1, 'one', 2, 'two', 'more')", 'more'],
    ["decode(3, 1, 'one')", null],
    ["decode(null::number(5,0), null, 'none', 'some')", 'none'],
  ]),
  ...casesOf('functions/coalesce', 'number', [
    ['coalesce(1, 2, 3)', '1'],
    ['coalesce(null, null, 3)', '3'],
    ['nvl(null, 5)', '5'],
    ['ifnull(7, 5)', '7'],
    ['nvl2(1, 2, 3)', '2'],
    ['nvl2(null, 2, 3)', '3'],
    ['nullif(5, 5)', null],
    ['nullif(5, 6)', '5'],
    ['nullif(null, 6)', null],
  ]),
  ...casesOf('functions/coalesce', 'text', [
    ["coalesce(null, 'b')", 'b'],
    ["nvl('', 'b')", ''],
  ]),
  ...casesOf('operators-comparison', 'boolean', [
    ["'a' < 'b'", 'true'],
    ["'B' < 'a'", 'true'],
    ["'a' = 'a '", 'false'],
    ["'10' < '9'", 'true'],
    ["'é' > 'z'", 'true'],
    ["date '2024-01-01' < date '2024-01-02'", 'true'],
    ["date '2024-01-01' = '2024-01-01 00:00:00'::timestamp", 'true'],
    ["'b' between 'a' and 'c'", 'true'],
  ]),
];
