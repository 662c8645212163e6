import { SnowmeltError } from '@snowmelt/core/ports';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** What a YAML or JSON file holds. `lines`: where the items of its list begin. */
export interface ReadYaml {
  readonly content: unknown;
  readonly lines: readonly number[];
}

const NOTHING = new Set(['', '~', 'null', 'Null', 'NULL']);

/**
 * Reads YAML in which every value is the very text that stands there, or null: `0123` keeps its zero, `1.10` its digits, and `no`
 * is a word. @throws test/invalid
 */
export function readYaml(text: string, file: string): ReadYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, schema: 'failsafe', uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const message = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    throw new SnowmeltError('test/invalid', { message: `\`${file}\` is no YAML: ${message}.`, at: { file, line, column: col } });
  }
  const root = document.contents;
  const items: readonly unknown[] = isSeq(root) ? root.items : [root];
  return {
    content: toValue(root, document),
    lines: items.map((item) => lineCounter.linePos(startOf(item)).line),
  };
}

// Deeper is nothing that people write; an alias can be inside of what it stands for.
const MAX_DEPTH = 50;

function toValue(node: unknown, document: Document, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new SnowmeltError('test/invalid', { message: 'This YAML is nested too deeply.' });
  const inner = (one: unknown): unknown => toValue(one, document, depth + 1);
  if (isAlias(node)) return inner(node.resolve(document));
  if (isSeq(node)) return node.items.map(inner);
  if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [String(inner(key)), inner(value)]));
  if (!isScalar(node)) return null;
  const { value, type } = node;
  return type === 'PLAIN' && NOTHING.has(String(value ?? '')) ? null : String(value);
}

function startOf(item: unknown): number {
  return (item as Node | null)?.range?.[0] ?? 0;
}
