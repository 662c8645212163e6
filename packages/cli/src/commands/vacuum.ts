import { findUnreferenced, removeUnreferenced } from '@snowmelt/core/pipeline';
import { formatCount } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { openProject } from '../compose/open-project.ts';
import { formatBytes } from '../render/figures.ts';

const DAY_MS = 86_400_000;

/** Removes data files that no version within the retention refers to. */
export const vacuum: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const { terminal, values } = invocation;
    const { retentionDays } = project.graph;
    const cutoff = new Date(project.clock.now().getTime() - retentionDays * DAY_MS);
    const isDry = values['dry-run'] === true;
    const { files, bytes } = await (isDry ? findUnreferenced : removeUnreferenced)(project.store, cutoff);
    if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'vacuum/done', isDry, files: files.length, bytes })}\n`);
    else if (values['quiet'] !== true)
      terminal.out(
        `${isDry ? 'Would remove' : 'Removed'} ${formatCount(files.length)} files, ${formatBytes(bytes)}, that no version of the last ${retentionDays} days refers to.\n`,
      );
    return 0;
  } finally {
    project.close();
  }
};
