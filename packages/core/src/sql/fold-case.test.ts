import { beforeAll, expect, it } from 'vitest';
import { plainText } from './fold-case.ts';
import { readModel } from './read-model.ts';
import { loadTranslator, type Translator } from './translator.ts';

let translator: Translator;
beforeAll(async () => {
  translator = await loadTranslator();
});
const plain = (text: string) => plainText(text, translator.tokenize(text));

it.each([
  ['comments and layout', ' a -- why\n +\n\tb /* how */', 'a + b'],
  ['the case of names and keywords', 'Coalesce(Qty, 0) AS Total', 'coalesce(qty, 0) as total'],
  ['nothing of a literal or a quoted name', `'It''s' || $$A b$$ || X'AB' || "Qty"`, `'It''s' || $$A b$$ || X'AB' || "Qty"`],
  ['nothing of a path into a VARIANT', 'Extra:Ship.To[0].Name::VARCHAR', 'extra:Ship.To[0].Name::varchar'],
])('drops %s', (_what, text, expected) => {
  expect(plain(text)).toBe(expected);
});

it('counts characters, not bytes', () => {
  expect(plain("'😀é' /* 😀 */ || É")).toBe("'😀é' || é");
});

it.each([
  ['a literal', "select 'A' as x from silver.f", "select 'a' as x from silver.f"],
  ['a dollar-quoted literal', 'select $$A$$ as x from silver.f', 'select $$a$$ as x from silver.f'],
  ['a key of a VARIANT', 'select v:Key as x from silver.f', 'select v:key as x from silver.f'],
  ['a quoted name', 'select "A" as x from silver.f', 'select "a" as x from silver.f'],
])('a model means something else with other letters in %s', (_where, one, other) => {
  const canonical = (sql: string) => readModel(translator, sql, 'm.sql').canonical;
  expect(canonical(one)).not.toBe(canonical(other));
});
