import type { TestOutcome } from '@snowmelt/core/pipeline';
import { differenceLines } from './render-test.ts';

/** Test results as JUnit XML, which CI servers show. */
export function renderJunit(outcomes: readonly TestOutcome[]): string {
  const count = (status: TestOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  const totals = `tests="${outcomes.length}" failures="${count('failed')}" errors="${count('error')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    `  <testsuite name="snowmelt" ${totals}>`,
    ...outcomes.map(renderCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function renderCase({ test, status, parts, error }: TestOutcome): string {
  const head = `    <testcase name="${escaped(test.name)}" classname="${escaped(test.dataset)}" file="${escaped(test.at.file)}"`;
  if (status === 'passed') return `${head}/>`;
  const text = error === undefined ? differenceLines(parts).join('\n') : error.message;
  const tag = error === undefined ? 'failure' : 'error';
  const type = error === undefined ? '' : ` type="${escaped(error.code)}"`;
  return `${head}>\n      <${tag}${type} message="${escaped(text.split('\n').at(-1)?.trim() ?? '')}">${escaped(text)}</${tag}>\n    </testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

// XML 1.0 cannot hold control characters, not even as entities.
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character).replace(/[^\t\n\r\P{Cc}]/gu, '\u{FFFD}');
}
