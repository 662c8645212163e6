import {
  datasetsDown,
  datasetsUp,
  findLineageStart,
  type Graph,
  type LineageNode,
  type LineageStart,
  lineageDiagram,
  nameOfThing,
  rowsUp,
  walkDown,
  walkUp,
} from '@snowmelt/core/pipeline';
import { SnowmeltError } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';
import { openProject } from '../compose/open-project.ts';
import { renderLineage } from '../render/render-lineage.ts';

interface Tree {
  readonly direction: 'up' | 'down';
  readonly root: LineageNode;
}

/** Shows where a column or dataset comes from and what is made of it. Reads the compiled graph only. */
export const lineage: CommandAction = async (invocation) => {
  const format = readFormat(invocation);
  const project = await openProject(invocation);
  try {
    const { graph } = project;
    const [name] = invocation.positionals;
    const start = name === undefined ? undefined : findLineageStart(graph, name);
    const trees = start === undefined ? wholeGraph(graph) : treesOf(graph, start, directionsOf(invocation));
    invocation.terminal.out(render(graph, trees, start, format, invocation));
    return 0;
  } finally {
    project.close();
  }
};

function readFormat(invocation: Invocation): 'text' | 'mermaid' | 'dot' {
  const format = readText(invocation, 'format') ?? 'text';
  if (format === 'text' || format === 'mermaid' || format === 'dot') return format;
  throw new SnowmeltError('cli/usage', {
    message: `--format takes text, mermaid or dot, not \`${format}\`.`,
    hint: 'Example: --format mermaid.',
  });
}

function directionsOf({ values }: Invocation): readonly Tree['direction'][] {
  const asked = (['up', 'down'] as const).filter((direction) => values[direction] === true);
  return asked.length === 0 ? ['up', 'down'] : asked;
}

function treesOf(graph: Graph, start: LineageStart, directions: readonly Tree['direction'][]): readonly Tree[] {
  return directions.flatMap((direction): readonly Tree[] => {
    if (start.kind === 'dataset') return [{ direction, root: (direction === 'up' ? datasetsUp : datasetsDown)(graph, start.dataset) }];
    return start.columns.map((column) => ({ direction, root: (direction === 'up' ? walkUp : walkDown)(graph, column) }));
  });
}

// From every dataset that nothing is made from.
function wholeGraph(graph: Graph): readonly Tree[] {
  const read = new Set(graph.datasets.flatMap(({ inputs }) => inputs));
  return graph.datasets.filter(({ name }) => !read.has(name)).map(({ name }) => ({ direction: 'up', root: datasetsUp(graph, name) }));
}

function render(
  graph: Graph,
  trees: readonly Tree[],
  start: LineageStart | undefined,
  format: 'text' | 'mermaid' | 'dot',
  { values, terminal }: Invocation,
): string {
  const decides = trees.some(({ direction }) => direction === 'up') ? startRows(graph, start) : [];
  if (values['json'] === true) return `${JSON.stringify({ code: 'lineage/shown', trees, decides })}\n`;
  if (format !== 'text') return lineageDiagram(format, trees);
  const texts = trees.map((tree) => renderTree(tree, terminal.hasColor));
  return [...texts, ...(decides.length === 0 ? [] : [renderRows(decides)])].join('\n');
}

function startRows(graph: Graph, start: LineageStart | undefined): readonly LineageNode[] {
  if (start === undefined) return [];
  const datasets = start.kind === 'dataset' ? [start.dataset] : start.columns.map(({ dataset }) => dataset);
  return datasets.flatMap((dataset) => rowsUp(graph, dataset));
}

function renderTree({ direction, root }: Tree, hasColor: boolean): string {
  if (root.next.length > 0) return `${direction === 'up' ? 'Comes from:' : 'Goes into:'}\n${renderLineage(root, hasColor)}`;
  return direction === 'up' ? `${nameOfThing(root)} comes from no column.\n` : `Nothing is made of ${nameOfThing(root)}.\n`;
}

function renderRows(nodes: readonly LineageNode[]): string {
  return `Which rows there are is decided by:\n${nodes.map((node) => `  ${nameOfThing(node)}  ${node.uses.join(', ')}\n`).join('')}`;
}
