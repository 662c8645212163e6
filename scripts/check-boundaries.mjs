// Holds the import rules, and holds the tool itself to having seen the code: a cruise over nothing is green, too.
import { cruise } from 'dependency-cruiser';
import config from '../.dependency-cruiser.mjs';

const LEAST_MODULES = 120;

/** @param {readonly string[]} folders @param {string} [baseDir] */
export async function findViolations(folders, baseDir = process.cwd()) {
  const { forbidden, options } = config;
  const { output } = await cruise([...folders], { ...options, ruleSet: { forbidden }, validate: true, baseDir });
  if (typeof output === 'string') throw new Error(output);
  return { modules: output.summary.totalCruised, violations: output.summary.violations };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { modules, violations } = await findViolations(['packages/*/src', 'examples/*/src', 'bench/src', 'tests']);
  for (const { rule, from, to } of violations) {
    const comment = config.forbidden.find(({ name }) => name === rule.name)?.comment;
    console.error(`${rule.name}: ${from} → ${to}\n  ${comment}`);
  }
  if (modules < LEAST_MODULES) console.error(`Only ${modules} modules were looked at; at least ${LEAST_MODULES} were expected.`);
  else console.log(`boundaries: ${modules} modules, ${violations.length} violations`);
  process.exitCode = violations.length > 0 || modules < LEAST_MODULES ? 1 : 0;
}
