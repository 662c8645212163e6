import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import config from '../.dependency-cruiser.mjs';
import { findViolations } from './check-boundaries.mjs';

/** For each rule, an import that it forbids: from a file, of another file or a package. */
const PLANTS: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'no-circular': ['packages/core/src/lake/circle.ts', './circle-back.ts'],
  'core-is-pure': ['packages/core/src/lake/reads-files.ts', 'node:fs'],
  'translator-only-in-sql': ['packages/core/src/compile/translates.ts', '@polyglot-sql/sdk'],
  'leaves-stay-leaves': ['packages/core/src/sql/looks-up.ts', '../compile/target.ts'],
  'ports-are-types': ['packages/core/src/ports/implements.ts', '../run/target.ts'],
  'define-parses-only': ['packages/core/src/define/plans.ts', '../plan/target.ts'],
  'layers-meet-in-plan': ['packages/core/src/quality/plans.ts', '../plan/target.ts'],
  'no-layer-imports-another': ['packages/core/src/layers/gold/cleans.ts', '../silver/target.ts'],
  'compile-never-looks-back': ['packages/core/src/compile/runs.ts', '../run/target.ts'],
  'plan-never-runs': ['packages/core/src/plan/runs.ts', '../run/target.ts'],
  'run-knows-no-layer': ['packages/core/src/run/knows.ts', '../layers/gold/target.ts'],
  'adapters-are-strangers': ['packages/local/src/asks.ts', '../../snowflake/src/target.ts'],
  'stand-in-stands-alone': ['packages/snowflake-local/src/borrows.ts', '../../core/src/sql/target.ts'],
  'only-the-cli-composes': ['packages/cli/src/commands/chooses.ts', '../../../local/src/target.ts'],
  'testkit-is-for-tests': ['packages/snowflake/src/fakes.ts', '../../testkit/src/target.ts'],
};

/** Imports that look like those above and are allowed. */
const ALLOWED: readonly (readonly [from: string, to: string])[] = [
  ['packages/core/src/sql/translator.ts', '@polyglot-sql/sdk'],
  ['packages/core/src/lake/reads-files.test.ts', 'node:fs'],
  ['packages/core/src/plan/asks-layers.ts', '../layers/gold/target.ts'],
  ['packages/core/src/layers/gold/shares.ts', '../target.ts'],
  ['packages/cli/src/compose/chooses.ts', '../../../local/src/target.ts'],
  ['packages/local/src/fakes.test.ts', '../../testkit/src/target.ts'],
];

const rules = config.forbidden ?? [];
let root: string;
let found: Awaited<ReturnType<typeof findViolations>>;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'snowmelt-boundaries-'));
  for (const [from, to] of [...Object.values(PLANTS), ...ALLOWED]) {
    await write(from, `import * as target from '${to}';\n\nexport const used = target;\n`);
    if (to.startsWith('.')) await write(join(dirname(from), to), 'export const target = 1;\n');
  }
  await write('packages/core/src/lake/circle-back.ts', "export { used } from './circle.ts';\n");
  await write('package.json', '{ "type": "module", "dependencies": { "@polyglot-sql/sdk": "*" } }');
  await mkdir(join(root, 'node_modules'));
  await symlink(join(process.cwd(), 'node_modules/@polyglot-sql'), join(root, 'node_modules/@polyglot-sql'));
  found = await findViolations(['packages'], root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the import rules', () => {
  it('all have a planted violation here', () => {
    expect(Object.keys(PLANTS).sort()).toEqual(rules.map(({ name }) => name).sort());
  });

  it.each(Object.entries(PLANTS))('find what breaks %s', (rule, [from]) => {
    const broken = found.violations.filter((violation) => violation.rule.name === rule);
    // A circle has no beginning: it may be told from either file.
    expect(broken.flatMap((violation) => [violation.from, violation.to])).toContain(from);
  });

  it.each(ALLOWED)('allow %s to import %s', (from) => {
    expect(found.violations.filter((violation) => violation.from === from)).toEqual([]);
  });

  it('say where the code belongs', () => {
    for (const { comment, severity } of rules) {
      expect(String(comment).length).toBeGreaterThan(20);
      expect(severity).toBe('error');
    }
  });

  it('hold in this tree, all of which was looked at', async () => {
    const { modules, violations } = await findViolations(['packages/*/src', 'examples/*/src', 'bench/src', 'tests']);
    expect(modules).toBeGreaterThan(120);
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });
});
