import { SnowmeltError, suggest } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { listRefused } from './quarantine/list-refused.ts';
import { replayRefused } from './quarantine/replay-refused.ts';
import { showRefused } from './quarantine/show-refused.ts';
import { writeRefusedTest } from './quarantine/write-refused-test.ts';

interface Verb {
  readonly act: (project: Project, invocation: Invocation) => Promise<number>;
  readonly options: readonly string[];
  readonly needsDataset: boolean;
}

const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['ls', { act: listRefused, options: ['dataset', 'from', 'to', 'reason'], needsDataset: false }],
  ['show', { act: showRefused, options: ['date', 'reason', 'limit'], needsDataset: true }],
  ['replay', { act: replayRefused, options: ['from', 'to'], needsDataset: true }],
  ['to-test', { act: writeRefusedTest, options: ['date', 'reason', 'row', 'out', 'unmasked'], needsDataset: true }],
]);
const OWN_OPTIONS = [...new Set([...VERBS.values()].flatMap(({ options }) => options))];

/** Lists, shows, replays refused rows, and makes tests of them. */
export const quarantine: CommandAction = async (invocation) => {
  const [name = '', dataset] = invocation.positionals;
  const verb = VERBS.get(name);
  if (verb === undefined) {
    throw new SnowmeltError('cli/usage', {
      message: `\`${name}\` is nothing that quarantine does.`,
      hint: suggest(name, [...VERBS.keys()]),
    });
  }
  if (verb.needsDataset !== (dataset !== undefined)) {
    throw new SnowmeltError('cli/usage', {
      message: verb.needsDataset ? `\`quarantine ${name}\` needs a dataset.` : `\`quarantine ${name}\` takes no \`${dataset}\`.`,
      hint: verb.needsDataset ? `Example: snowmelt quarantine ${name} silver.fact_orders.` : `Write --dataset ${dataset}.`,
    });
  }
  const stray = OWN_OPTIONS.find((option) => invocation.values[option] !== undefined && !verb.options.includes(option));
  if (stray !== undefined) {
    const hint = `It has ${verb.options.map((option) => `--${option}`).join(', ')}.`;
    throw new SnowmeltError('cli/usage', { message: `\`quarantine ${name}\` has no --${stray}.`, hint });
  }
  const project = await openProject(invocation);
  try {
    return await verb.act(project, invocation);
  } finally {
    project.close();
  }
};
