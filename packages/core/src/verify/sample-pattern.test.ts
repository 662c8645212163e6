import { expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { samplePattern } from './sample-pattern.ts';

it.each(['[CA]?[0-9]{6}', '[A-Z0-9][A-Z0-9_ ]*', '(?:ab|c\\.d)+', '\\d{2,3}-\\w', '^x{2,}y?$', 'a|b|'])(
  'makes texts that %s matches',
  (pattern) => {
    const random = seededRandom(1, pattern);
    for (let i = 0; i < 100; i++) expect(samplePattern(pattern, random)).toMatch(new RegExp(`^(?:${pattern})$`));
  },
);

it.each(['(?=a)b', '[^a]', '\\bword', '(a', '[a'])('leaves %s alone', (pattern) => {
  expect(samplePattern(pattern, seededRandom(1, ''))).toBeUndefined();
});
