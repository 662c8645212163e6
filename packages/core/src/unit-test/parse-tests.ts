import type { z } from 'zod';
import { knownKeys } from '../define/known-keys.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError, throwAll } from '../errors/snowmelt-error.ts';
import { parseDatasetName } from '../layout/dataset-name.ts';
import { type LogicalDate, logicalDate } from '../layout/logical-date.ts';
import { sortReasons } from './sort-reasons.ts';
import { testSchema } from './test-schema.ts';
import type { TestPlace, UnitTest } from './unit-test.ts';

/** What a file of tests holds; `lines`: where each of them begins, if that is known. */
export interface TestFile {
  readonly file: string;
  readonly content: unknown;
  readonly lines?: readonly number[];
}

/** Reads a file of tests strictly: a test or a list of tests. @throws test/invalid: all that is wrong, at once */
export function parseTests({ file, content, lines = [] }: TestFile): readonly UnitTest[] {
  const listed: readonly unknown[] = Array.isArray(content) ? content : [content];
  const errors: SnowmeltError[] = [];
  const tests: UnitTest[] = [];
  for (const [i, one] of listed.entries()) {
    const line = lines[i];
    const at: TestPlace = line === undefined ? { file } : { file, line };
    const result = testSchema.safeParse(one);
    if (result.success) tests.push(...collect(errors, () => unitTestOf(result.data, at)));
    else errors.push(...result.error.issues.flatMap((issue) => errorsOf(issue, one, at)));
  }
  errors.push(...repeatedNames(tests));
  throwAll(errors);
  return tests;
}

function collect(errors: SnowmeltError[], make: () => UnitTest): UnitTest[] {
  try {
    return [make()];
  } catch (error) {
    if (error instanceof SnowmeltError) errors.push(error);
    else throw error;
    return [];
  }
}

function unitTestOf({ name, dataset, date, given, expect }: z.output<typeof testSchema>, at: TestPlace): UnitTest {
  return {
    name,
    at,
    dataset: named(`dataset`, at, () => parseDatasetName(dataset)),
    date: date === undefined ? undefined : named<LogicalDate>('date', at, () => logicalDate(date)),
    given,
    expect: { rows: expect.rows, refused: (expect.refused ?? []).map(sortReasons), ordered: expect.ordered, checks: expect.checks },
  };
}

// What these constructors say is meant for other places.
function named<T>(field: string, at: TestPlace, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SnowmeltError)) throw error;
    throw new SnowmeltError('test/invalid', {
      message: error.message,
      at: { ...at, field },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

function repeatedNames(tests: readonly UnitTest[]): SnowmeltError[] {
  const seen = new Set<string>();
  return tests.flatMap(({ name, at }) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      new SnowmeltError('test/invalid', {
        message: `Two tests are named \`${name}\`.`,
        hint: 'A name says which one is meant.',
        at: { ...at },
      }),
    ];
  });
}

function errorsOf(issue: z.core.$ZodIssue, test: unknown, at: TestPlace): SnowmeltError[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) =>
        new SnowmeltError('test/invalid', {
          message: `\`${key}\` is not a key of ${path === '' ? 'a test' : `\`${path}\``}.`,
          hint: suggest(key, knownKeys(testSchema, issue.path, test)),
          at: { ...at },
        }),
    );
  }
  return [
    new SnowmeltError('test/invalid', {
      message: `${path === '' ? 'A test' : `\`${path}\``}: ${issue.message.replace(/^Invalid input: /, '')}.`,
      hint: 'A test has `name`, `dataset`, `given` and `expect`; see docs/test.md.',
      at: { ...at },
    }),
  ];
}
