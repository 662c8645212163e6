import { describe, expect, it } from 'vitest';
import { readYaml } from './read-yaml.ts';

const read = (text: string) => readYaml(text, 'tests/a.yaml').content;

describe('YAML of tests', () => {
  it('keeps every value as the text that stands there', () => {
    expect(read('{ a: 0123, b: 1.10, c: no, d: 2026-01-05, e: 0x1F, f: true, g: 12345678901234567890, h: " x " }')).toEqual({
      a: '0123',
      b: '1.10',
      c: 'no',
      d: '2026-01-05',
      e: '0x1F',
      f: 'true',
      g: '12345678901234567890',
      h: ' x ',
    });
  });

  it('knows no value from the text null', () => {
    expect(read('a: null\nb: ~\nc:\nd: "null"\ne: ""\n')).toEqual({ a: null, b: null, c: null, d: 'null', e: '' });
  });

  it('takes JSON, anchors and aliases, and says where items begin', () => {
    expect(read('[{"a": 1.50, "b": null}]')).toEqual([{ a: '1.50', b: null }]);
    expect(read('x: &row { a: 1 }\ny: [*row, *row]')).toEqual({ x: { a: '1' }, y: [{ a: '1' }, { a: '1' }] });
    expect(readYaml('# head\n- a: 1\n\n- b: 2\n', 'x').lines).toEqual([2, 4]);
  });

  it.each(['- [1\n', 'a: 1\na: 2\n', 'a: "x\n', 'x: &a [*a]'])('refuses %j', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'test/invalid' }));
  });
});
