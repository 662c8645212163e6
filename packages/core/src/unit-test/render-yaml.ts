import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { UnitTest } from './unit-test.ts';

/** A test as YAML, as a person would write it. Every text that could be taken for something else stands in quotes. */
export function renderYaml({ name, dataset, date, given, expect }: Omit<UnitTest, 'at'>, comment: readonly string[]): string {
  const lines = [
    ...comment.map((line) => `# ${line}`),
    `- name: ${scalar(name)}`,
    `  dataset: ${dataset}`,
    ...(date === undefined ? [] : [`  date: ${date}`]),
    '  given:',
    ...Object.entries(given).flatMap(([input, rows]) => list(input, rows, 4)),
    '  expect:',
    ...(expect.ordered ? ['    ordered: true'] : []),
    ...(expect.rows === undefined ? [] : list('rows', expect.rows, 4)),
    ...(expect.refused.length === 0 ? [] : list('refused', expect.refused, 4)),
  ];
  return `${lines.join('\n')}\n`;
}

function list(key: string, rows: readonly FixtureRow[], indent: number): string[] {
  const pad = ' '.repeat(indent);
  if (rows.length === 0) return [`${pad}${key}: []`];
  const items = rows.flatMap((row) => {
    const cells = Object.entries(row).map(([name, value]) => `${name}: ${value === null ? 'null' : scalar(value)}`);
    return cells.length === 0 ? [`${pad}  - {}`] : cells.map((cell, i) => `${pad}  ${i === 0 ? '- ' : '  '}${cell}`);
  });
  return [`${pad}${key}:`, ...items];
}

const PLAIN = /^[\p{L}\p{N}_.+-](?:[\p{L}\p{N} _./+()-]|:(?=[\p{L}\p{N}]))*$/u;

// JSON's quoted text is YAML's, too.
function scalar(text: string): string {
  const isPlain = PLAIN.test(text) && !/^(null|~|-|---|\.\.\.|- .*)$/i.test(text) && !/\s$/.test(text);
  return isPlain
    ? text
    : JSON.stringify(text).replace(
        /[\u007f-\u009f\u2028\u2029\ufeff]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
}
