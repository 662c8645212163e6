import type { CommandAction } from '../arguments/command.ts';
import { openProject } from '../compose/open-project.ts';

/** Compiles the project and says what it consists of. */
export const check: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const { terminal, values } = invocation;
    const { datasets, pipeline } = project.graph;
    if (values['json'] === true) {
      terminal.out(
        `${JSON.stringify({ code: 'check/done', pipeline, datasets: datasets.map(({ name, columns, inputs, lineage }) => ({ name, columns, inputs, lineage })) })}\n`,
      );
      return 0;
    }
    if (values['quiet'] === true) return 0;
    const columns = datasets.reduce((sum, dataset) => sum + dataset.columns.length, 0);
    const checks = datasets.reduce((sum, dataset) => sum + dataset.checks.length, 0);
    terminal.out(`${pipeline}: ${datasets.length} datasets, ${columns} columns, ${checks} checks. No errors.\n`);
    return 0;
  } finally {
    project.close();
  }
};
