import { type GraphDataset, type Reconciliation, readTable, type TableState } from '@snowmelt/core/pipeline';
import { formatCount, renderColumnType } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { openProject } from '../compose/open-project.ts';
import { formatBytes } from '../render/figures.ts';
import { textTable } from '../render/text-table.ts';
import { readDataset } from './read-dataset.ts';

const SHOWN_PARTITIONS = 10;

/** Shows one dataset: columns with their lineage, checks, partitions and files. */
export const show: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const { terminal, values, positionals } = invocation;
    const dataset = readDataset(project.graph, positionals[0] ?? '');
    const state = await readTable(project.store, dataset.name);
    if (values['json'] === true) {
      const { name: dataset_, columns, inputs, lineage, checks } = dataset;
      terminal.out(
        `${JSON.stringify({ code: 'dataset/shown', dataset: dataset_, columns, inputs, lineage, checks, version: state.version, partitions: Object.fromEntries(state.partitions) })}\n`,
      );
      return 0;
    }
    terminal.out([renderHead(dataset), renderColumns(dataset), renderPartitions(state)].join('\n'));
    return 0;
  } finally {
    project.close();
  }
};

function renderHead(dataset: GraphDataset): string {
  const kind = dataset.layer === 'bronze' ? `extract, mode ${dataset.mode.kind}` : kindOf(dataset.partitioning);
  const lines = [`${dataset.name} (${kind})`];
  if (dataset.description !== undefined) lines.push(dataset.description);
  if (dataset.inputs.length > 0)
    lines.push(`reads ${dataset.inputs.join(', ')}${dataset.file === undefined ? '' : `, by ${dataset.file}`}`);
  if (dataset.checks.length > 0)
    lines.push(`checks ${dataset.checks.map(({ id, severity }) => (severity === 'warn' ? `${id} (warn)` : id)).join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function kindOf(partitioning: Exclude<GraphDataset, { layer: 'bronze' }>['partitioning']): string {
  return partitioning.kind === 'snapshot' && partitioning.history === true ? 'history' : partitioning.kind;
}

function renderColumns(dataset: GraphDataset): string {
  const from = (column: string): string =>
    dataset.layer === 'bronze'
      ? (dataset.sourceColumns.find(({ name }) => name === column)?.source ?? '')
      : (dataset.lineage[column] ?? []).map((source) => `${source.dataset}.${source.column}`).join(', ');
  return textTable(
    [{ title: 'column' }, { title: 'type' }, { title: 'comes from' }],
    dataset.columns.map(({ name, type }) => [name, renderColumnType(type, 'snowflake'), from(name)]),
  );
}

function renderPartitions(state: TableState): string {
  if (state.version === 0) return 'Never built.\n';
  const partitions = [...state.partitions].slice(-SHOWN_PARTITIONS);
  const right = 'right' as const;
  const table = textTable(
    [
      { title: 'day' },
      { title: 'rows', align: right },
      { title: 'refused', align: right },
      { title: 'size', align: right },
      { title: 'version', align: right },
      { title: 'files' },
    ],
    partitions.map(([day, entry]) => [
      day,
      formatCount(entry.rows),
      formatCount(entry.refused.rows),
      formatBytes(entry.files.reduce((sum, { bytes }) => sum + bytes, 0)),
      String(entry.version),
      entry.files.length <= 1 ? (entry.files[0]?.key ?? '') : `${entry.files.length} files, first ${entry.files[0]?.key}`,
    ]),
  );
  const proofs = partitions.flatMap(([day, entry]) =>
    (entry.batches ?? []).map((batch) => `${day}  ${batch.id}  ${renderProof(batch.reconciled)}\n`),
  );
  const more = state.partitions.size - partitions.length;
  return `${more > 0 ? `Version ${state.version}, ${formatCount(state.partitions.size)} days; the last ${partitions.length}:` : `Version ${state.version}:`}\n${table}${proofs.length === 0 ? '' : `\n${proofs.join('')}`}`;
}

function renderProof(reconciled: Reconciliation | undefined): string {
  if (reconciled === undefined) return 'not reconciled';
  const { level, digest, reference } = reconciled;
  const columns = Object.keys(digest.columns).length;
  if (reference === undefined) return 'reconciled: count of rows';
  return level === 'hash' ? `reconciled: hash of ${columns} columns` : `reconciled: count of rows and of values in ${columns} columns`;
}
