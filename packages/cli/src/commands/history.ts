import { type History, readHistory } from '@snowmelt/core/pipeline';
import { formatCount } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { readNumber } from '../arguments/read-options.ts';
import { openProject } from '../compose/open-project.ts';
import { textTable } from '../render/text-table.ts';
import { readDataset } from './read-dataset.ts';

type Commit = History['commits'][number];

/** Lists the versions of one dataset. */
export const history: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const { terminal, values, positionals } = invocation;
    const { name } = readDataset(project.graph, positionals[0] ?? '');
    const limit = readNumber(invocation, 'limit', 20, 0);
    const found = await readHistory(project.store, name, limit === 0 ? Number.POSITIVE_INFINITY : limit);
    const versions = found.commits.map((commit) => describe(commit, found));
    if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'history/read', dataset: name, versions })}\n`);
    else if (versions.length === 0) terminal.out(`${name} has no version yet.\n`);
    else terminal.out(render(versions));
    if (values['json'] !== true && versions.length < found.versions)
      terminal.err(`Newest ${formatCount(versions.length)} of ${formatCount(found.versions)} versions; --limit 0 lists all.\n`);
    return 0;
  } finally {
    project.close();
  }
};

interface Version {
  readonly version: number;
  readonly committedAt: string;
  readonly what: string;
  readonly partitions: number;
  readonly rows: number;
  readonly run: string;
  readonly isReadable: boolean;
}

function describe(commit: Commit, { oldestWhole }: History): Version {
  const entries = Object.values(commit.partitions);
  return {
    version: commit.version,
    committedAt: commit.committedAt,
    what: whatItDid(commit),
    partitions: entries.length,
    rows: entries.reduce((sum, { rows }) => sum + rows, 0),
    run: commit.run,
    isReadable: commit.version >= oldestWhole,
  };
}

function whatItDid({ upkeep, dataset, replaceAll }: Commit): string {
  if (upkeep?.kind === 'compaction') return 'compacted';
  if (upkeep?.kind === 'rollback') return `rolled back to ${upkeep.to}`;
  const act = dataset.startsWith('bronze.') ? 'extracted' : 'built';
  return replaceAll ? `${act} anew` : act;
}

function render(versions: readonly Version[]): string {
  const right = 'right' as const;
  return textTable(
    [
      { title: 'version', align: right },
      { title: 'committed (UTC)' },
      { title: 'what' },
      { title: 'days written', align: right },
      { title: 'rows in them', align: right },
      { title: 'run' },
      { title: '' },
    ],
    versions.map((one) => [
      String(one.version),
      one.committedAt.slice(0, 19).replace('T', ' '),
      one.what,
      formatCount(one.partitions),
      formatCount(one.rows),
      one.run,
      one.isReadable ? '' : 'vacuumed',
    ]),
  );
}
