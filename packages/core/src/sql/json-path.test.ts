import { expect, it } from 'vitest';
import { readJsonPath } from './json-path.ts';

it.each([
  ['$', []],
  ['$.a.b[0]', ['a', 'b', 0]],
  ["$['first name'][12]._x9", ['first name', 12, '_x9']],
])('reads %s', (path, steps) => {
  expect(readJsonPath(path)).toEqual(steps);
});

it.each(['', 'a', '.a', '$a', '$.', '$..a', '$.*', '$[*]', '$[-1]', '$["a"]', "$['it\\'s']", '$.a b', '$[0'])('%s is no path', (path) => {
  expect(readJsonPath(path)).toBeUndefined();
});
