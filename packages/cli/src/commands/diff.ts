import { readTableAsOf } from '@snowmelt/core/pipeline';
import type { CommandAction } from '../arguments/command.ts';
import { readNumber } from '../arguments/read-options.ts';
import { openProject } from '../compose/open-project.ts';
import { renderDiff } from '../render/render-diff.ts';
import { compareVersions } from './compare-versions.ts';
import { readVersionNumber } from './read-as-of.ts';
import { readDataset } from './read-dataset.ts';

/** Compares two versions of one dataset. */
export const diff: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const { terminal, values, positionals } = invocation;
    const [name = '', from = '', to = ''] = positionals;
    const dataset = readDataset(project.graph, name);
    const before = await readTableAsOf(project.store, dataset.name, readVersionNumber(from));
    const after = await readTableAsOf(project.store, dataset.name, readVersionNumber(to));
    const found = await compareVersions(project, dataset, { before, after }, readNumber(invocation, 'rows', 0, 1));
    terminal.out(values['json'] === true ? `${JSON.stringify({ code: 'diff/made', ...found })}\n` : renderDiff(found));
    return 0;
  } finally {
    project.close();
  }
};
