import { type LineageNode, nameOfThing } from './lineage-node.ts';

/** A diagram of lineages as text: for Mermaid, or for Graphviz. Arrows point the way that values go. */
export function lineageDiagram(
  format: 'mermaid' | 'dot',
  trees: readonly { readonly direction: 'up' | 'down'; readonly root: LineageNode }[],
): string {
  const edges = new Map<string, readonly [string, string, string]>();
  const names = new Set<string>();
  for (const { direction, root } of trees) collect(root, direction, edges, names);
  const ids = new Map([...names].map((name, index) => [name, `n${index}`]));
  const id = (name: string): string => ids.get(name) ?? '';
  const text = (name: string): string => name.replaceAll('"', "'");
  if (format === 'mermaid') {
    const nodes = [...names].map((name) => `  ${id(name)}["${text(name)}"]`);
    const arrows = [...edges.values()].map(([from, to, label]) => `  ${id(from)} -->${label === '' ? '' : `|${label}|`} ${id(to)}`);
    return `${['flowchart LR', ...nodes, ...arrows].join('\n')}\n`;
  }
  const nodes = [...names].map((name) => `  ${id(name)} [label="${text(name)}", shape=box];`);
  const arrows = [...edges.values()].map(([from, to, label]) => `  ${id(from)} -> ${id(to)}${label === '' ? '' : ` [label="${label}"]`};`);
  return `${['digraph lineage {', '  rankdir=LR;', ...nodes, ...arrows, '}'].join('\n')}\n`;
}

function collect(
  node: LineageNode,
  direction: 'up' | 'down',
  edges: Map<string, readonly [string, string, string]>,
  names: Set<string>,
): void {
  const name = nameOfThing(node);
  names.add(name);
  for (const next of node.next) {
    const other = nameOfThing(next);
    const [from, to] = direction === 'up' ? [other, name] : [name, other];
    edges.set(`${from}\u0000${to}`, [from, to, next.uses.join(', ')]);
    collect(next, direction, edges, names);
  }
}
