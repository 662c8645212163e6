import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { runUnitTest, type TestOutcome, type UnitTest } from '@snowmelt/core/pipeline';
import { nearest, SnowmeltError, toSnowmeltError } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { renderJunit } from '../render/render-junit.ts';
import { renderTest, renderTests, testRecord } from '../render/render-test.ts';
import { reportError } from '../render/report-error.ts';
import { recordTest } from './record-test.ts';

const RECORDING = ['date', 'rows', 'unmasked'] as const;

/** Runs the unit tests of a project, or records one. */
export const test: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    if (project.engineRules.mode === 'auto')
      throw new SnowmeltError('cli/usage', {
        message: '`snowmelt test` takes --engine duckdb or spark, not `auto`.',
        hint: 'A test has no size to choose by.',
      });
    if (readText(invocation, 'record') !== undefined) return await recordTest(project, invocation);
    const stray = RECORDING.find((name) => invocation.values[name] !== undefined);
    if (stray === undefined) return await runTests(project, invocation);
    throw new SnowmeltError('cli/usage', { message: `--${stray} belongs to --record.`, hint: 'Name the dataset: --record silver.NAME.' });
  } finally {
    project.close();
  }
};

async function runTests(project: Project, invocation: Invocation): Promise<number> {
  const { tests, errors } = await readTests(project);
  const selected = select(tests, readText(invocation, 'select'), errors.length === 0);
  const outcomes = await runAll(project, selected, invocation);
  const junit = readText(invocation, 'junit');
  if (junit !== undefined) await writeFile(resolve(invocation.terminal.cwd, junit), renderJunit(outcomes));
  for (const error of errors) reportError(error, invocation);
  const { terminal, values } = invocation;
  if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'test/done', ...counts(outcomes), invalid: errors.length })}\n`);
  else if (values['quiet'] !== true) terminal.out(renderTests(outcomes, errors.length, terminal.hasColor));
  if (errors.length > 0 || outcomes.some(({ error }) => error?.blame === 'user')) return 2;
  return outcomes.every(({ status }) => status === 'passed') ? 0 : 1;
}

function counts(outcomes: readonly TestOutcome[]) {
  const count = (status: TestOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  return { passed: count('passed'), failed: count('failed'), errors: count('error') };
}

async function readTests(project: Project): Promise<{ readonly tests: readonly UnitTest[]; readonly errors: readonly SnowmeltError[] }> {
  const { parseTests } = await import('@snowmelt/core/compile');
  const tests: UnitTest[] = [];
  const errors: SnowmeltError[] = [];
  for (const loaded of await project.loadTests()) {
    try {
      if ('error' in loaded) throw loaded.error;
      tests.push(...parseTests(loaded));
    } catch (error) {
      errors.push(toSnowmeltError(error));
    }
  }
  return { tests, errors };
}

function select(tests: readonly UnitTest[], pattern: string | undefined, mayFail: boolean): readonly UnitTest[] {
  if (pattern === undefined) return tests;
  const expression = new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`, 's');
  const selected = tests.filter(({ name, dataset, at }) => [name, dataset, at.file].some((one) => expression.test(one)));
  if (selected.length > 0 || !mayFail) return selected;
  const names = tests.flatMap(({ name, dataset }) => [name, dataset]);
  const near = nearest(pattern, names);
  throw new SnowmeltError('cli/usage', {
    message: `No test is named \`${pattern}\`, and none is of a dataset or file of that name.`,
    hint: near === undefined ? 'Tests are files in `tests/`; see docs/test.md.' : `Did you mean \`${near}\`?`,
  });
}

function literally(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}

async function runAll(project: Project, tests: readonly UnitTest[], invocation: Invocation): Promise<readonly TestOutcome[]> {
  const { terminal, values } = invocation;
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => stop.abort());
  const bench = await project.openTestBench();
  const outcomes: TestOutcome[] = [];
  try {
    for (const [i, one] of tests.entries()) {
      const outcome = await runUnitTest(project.graph, one, { ...bench, signal: stop.signal }, i + 1);
      outcomes.push(outcome);
      if (values['json'] === true) terminal.out(`${JSON.stringify(testRecord(outcome))}\n`);
      else if (values['quiet'] !== true || outcome.status !== 'passed')
        terminal.out(renderTest(outcome, { hasColor: terminal.hasColor, folder: project.folder }));
      if (stop.signal.aborted) break;
    }
    return outcomes;
  } finally {
    await bench.close();
    release();
  }
}
