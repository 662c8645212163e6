import { type LineageNode, nameOfThing } from '@snowmelt/core/pipeline';
import { paint } from './paint.ts';

interface Line {
  readonly branch: string;
  readonly name: string;
  readonly how: string;
  readonly where: string;
}

/** A lineage as a tree: name, how the values are used, and where that is written. */
export function renderLineage(root: LineageNode, hasColor: boolean): string {
  const color = paint(hasColor);
  const lines = linesOf(root, '', '');
  const width = (text: (line: Line) => string): number => Math.max(...lines.map((line) => text(line).length));
  const names = width(({ branch, name }) => branch + name);
  const hows = width(({ how }) => how);
  return lines
    .map(({ branch, name, how, where }) => {
      const blanks = ' '.repeat(names - branch.length - name.length);
      return `${color.dim(branch)}${name}${blanks}  ${color.cyan(how.padEnd(hows))}  ${color.dim(where)}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}

function linesOf(node: LineageNode, branch: string, indent: string): readonly Line[] {
  const how = [node.uses.join(', '), ...(node.masked === true ? ['masked'] : []), ...(node.repeated === true ? ['(see above)'] : [])];
  const line: Line = { branch, name: nameOfThing(node), how: how.filter((part) => part !== '').join(' '), where: whereOf(node) };
  const behind = node.next.flatMap((next, index) => {
    const isLast = index === node.next.length - 1;
    return linesOf(next, `${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`);
  });
  return [line, ...behind];
}

function whereOf(node: LineageNode): string {
  if (node.kind === 'source') return node.namespace;
  const { file, line } = node.at ?? {};
  if (file === undefined) return '';
  return line === undefined ? file : `${file}:${line}`;
}
