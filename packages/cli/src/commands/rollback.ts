import { rollbackTable } from '@snowmelt/core/pipeline';
import type { CommandAction } from '../arguments/command.ts';
import { openProject } from '../compose/open-project.ts';
import { readVersionNumber } from './read-as-of.ts';
import { readDataset } from './read-dataset.ts';

/** Publishes an earlier version of one dataset as its newest. */
export const rollback: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const { terminal, values, positionals } = invocation;
    const dataset = readDataset(project.graph, positionals[0] ?? '');
    const to = readVersionNumber(positionals[1] ?? '');
    const request = { dataset: dataset.name, version: to, retentionDays: project.graph.retentionDays };
    const { version } = await rollbackTable(request, project);
    const done = { code: 'rollback/done', dataset: dataset.name, to, version };
    if (values['json'] === true) terminal.out(`${JSON.stringify(done)}\n`);
    else if (values['quiet'] !== true)
      terminal.out(`${dataset.name} is now what it was at version ${to}, as version ${version}.\n${next(dataset.layer)}`);
    return 0;
  } finally {
    project.close();
  }
};

function next(layer: string): string {
  if (layer === 'bronze') return 'The next run extracts again what came after it, and builds anew what is made of it.\n';
  return 'What is made of it is built anew by the next run; so is it itself, if an input or its definition is another than then.\n';
}
