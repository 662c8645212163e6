import { casesOf, type ExpressionCase, REFUSED } from './case.ts';

/** Paths into the VARIANT column `v` of `silver.notes`, whose one row is `{"a": {"b": [1, "x"]}, "n": 1.5, "t": true, "z": null}`. */
export const VARIANTS: readonly ExpressionCase[] = [
  ...casesOf('../user-guide/querying-semistructured', 'text', [
    ['(select max(v:a.b[1]::varchar) from silver.notes)', 'x'],
    ['(select max(v:missing::varchar) from silver.notes)', null],
    ['(select max(v:z::varchar) from silver.notes)', null],
    ['(select max(v:t::varchar) from silver.notes)', 'true'],
    ['(select max(v:a.B::varchar) from silver.notes)', null],
    ['(select max(v:a) from silver.notes)', REFUSED],
    ["(select max(v['a']::varchar) from silver.notes)", REFUSED],
    ['(select array_size(v:a.b) from silver.notes)', REFUSED],
  ]),
  ...casesOf('../user-guide/querying-semistructured', 'number', [
    ['(select max(v:a.b[0]::int) from silver.notes)', '1'],
    ['(select max(v:n::number(5,2)) from silver.notes)', '1.5'],
    ['(select max(v:n::int) from silver.notes)', '2'],
  ]),
  ...casesOf('../user-guide/querying-semistructured', 'float', [['(select max(v:n::float) from silver.notes)', '1.5']]),
  ...casesOf('../user-guide/querying-semistructured', 'boolean', [['(select booland_agg(v:t::boolean) from silver.notes)', 'true']]),
];
