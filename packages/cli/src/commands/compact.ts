import { type CompactionReport, compactTable } from '@snowmelt/core/pipeline';
import { formatCount } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { readNumber, readSize } from '../arguments/read-options.ts';
import { openProject } from '../compose/open-project.ts';
import { formatBytes } from '../render/figures.ts';
import { openHost } from '../render/open-host.ts';
import { textTable } from '../render/text-table.ts';
import { readDataset } from './read-dataset.ts';

/** Puts the small files of one dataset, or of all, together. */
export const compact: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  const stop = new AbortController();
  const release = invocation.terminal.onInterrupt(() => stop.abort());
  try {
    const { terminal, values, positionals } = invocation;
    const [name] = positionals;
    const datasets = name === undefined ? project.graph.datasets : [readDataset(project.graph, name)];
    const rules = {
      smallBytes: readSize(invocation, 'small', '32MB'),
      targetBytes: readSize(invocation, 'target', '128MB'),
      minFiles: readNumber(invocation, 'min-files', 4, 2),
    };
    const ports = project.ports(openHost(invocation));
    const reports: CompactionReport[] = [];
    for (const dataset of datasets) reports.push(await compactTable(dataset.name, rules, ports, stop.signal));
    if (values['json'] === true) for (const report of reports) terminal.out(`${JSON.stringify({ code: 'compact/done', ...report })}\n`);
    else if (values['quiet'] !== true) terminal.out(render(reports.filter(({ filesBefore }) => filesBefore > 0)));
    return 0;
  } finally {
    release();
    project.close();
  }
};

function render(reports: readonly CompactionReport[]): string {
  if (reports.length === 0) return 'Nothing to do: no partition has enough small files.\n';
  const right = 'right' as const;
  return textTable(
    [
      { title: 'dataset' },
      { title: 'days', align: right },
      { title: 'files', align: right },
      { title: 'size', align: right },
      { title: 'version', align: right },
    ],
    reports.map((one) => [
      one.dataset,
      formatCount(one.partitions),
      `${formatCount(one.filesBefore)} → ${formatCount(one.filesAfter)}`,
      `${formatBytes(one.bytesBefore)} → ${formatBytes(one.bytesAfter)}`,
      String(one.version),
    ]),
  );
}
