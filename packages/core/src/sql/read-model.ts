import { type Place, SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { LAYERS, relationOf } from '../layout/dataset-name.ts';
import { foldCase } from './fold-case.ts';
import { LOGICAL_DATE_SLOT } from './logical-date-slot.ts';
import { type Position, positionAt } from './position.ts';
import { type Identifier, isNode, readIdentifier, walkTree } from './syntax-tree.ts';
import type { Token } from './token.ts';
import type { SyntaxNode, Translator } from './translator.ts';

/** A table that a model reads, where it says so. */
export interface TableReference {
  readonly dataset: DatasetName;
  readonly at: Position;
}

/** A model as parsed: what it reads, and its text with relation names of the engines, still in Snowflake's dialect. */
export interface ReadModel {
  readonly statement: SyntaxNode;
  readonly references: readonly TableReference[];
  readonly sql: string;
  readonly tokens: readonly Token[];
  /** The text without comments and layout: changes exactly when the meaning may have changed. */
  readonly canonical: string;
}

const NOT_DETERMINISTIC = new Set(
  'current_date current_time current_timestamp localtime localtimestamp getdate sysdate systimestamp random randstr uuid_string uniform normal seq1 seq2 seq4 seq8 rand uuid'.split(
    ' ',
  ),
);

/** Parses one SELECT. @throws compile/syntax, compile/not-a-query, compile/not-deterministic, compile/unknown-table */
export function readModel(translator: Translator, text: string, file: string): ReadModel {
  const parsed = translator.parse(text);
  if (parsed.kind === 'failed') throw syntaxError(text, file, parsed.message, parsed.start);
  const [statement, ...more] = parsed.statements;
  if (statement === undefined || more.length > 0 || !isQuery(statement)) {
    throw new SnowmeltError('compile/not-a-query', {
      message: 'A model must be exactly one SELECT statement.',
      hint: 'Remove other statements; Snowmelt writes the result itself.',
      at: { file },
    });
  }
  const tokens = translator.tokenize(text);
  refuseChance(statement, tokens, (token) => ({ file, ...(token === undefined ? {} : positionAt(text, token.start)) }));
  const tables = findTables(statement, text, file);
  const edits = [...tables.map(({ edit }) => edit), ...logicalDateEdits(tokens)];
  return {
    statement,
    references: tables.map(({ reference }) => reference),
    sql: applyEdits(text, edits),
    tokens,
    canonical: foldCase(tokens)
      .map((part, index) => `${tokens[index]?.kind}:${part}`)
      .join(' '),
  };
}

/** Replaces `$logical_date` in an expression. */
export function fillLogicalDate(translator: Translator, text: string): string {
  return applyEdits(text, logicalDateEdits(translator.tokenize(text)));
}

/** Refuses the current time and randomness anywhere below `tree`. @throws compile/not-deterministic */
export function refuseChance(tree: unknown, tokens: readonly Token[], place: (token: Token | undefined) => Place): void {
  walkTree(tree, (key, node) => {
    const name = key === 'function' && typeof node['name'] === 'string' ? node['name'].toLowerCase() : key;
    if (!NOT_DETERMINISTIC.has(name)) return;
    throw new SnowmeltError('compile/not-deterministic', {
      message: `\`${name}\` gives another answer on every run, so a rebuild would differ from the original.`,
      hint: 'Use `$logical_date`, the date of the run, or a column.',
      at: place(tokens.find((token) => token.text.toLowerCase() === name)),
    });
  });
}

/** Makes a `compile/syntax` error that points into the file. */
function syntaxError(text: string, file: string, message: string, start: number): SnowmeltError {
  const detail = message.replace(/^Parse error at line \d+, column \d+: /, '');
  return new SnowmeltError('compile/syntax', {
    message: `This is not Snowflake SQL that can be read: ${detail}.`,
    hint: 'Look just before this place: a comma, bracket or keyword is missing or too many.',
    at: { file, ...positionAt(text, start) },
  });
}

function isQuery(statement: SyntaxNode): boolean {
  return ['select', 'union', 'intersect', 'except', 'subquery'].some((kind) => kind in statement);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function findTables(statement: SyntaxNode, text: string, file: string): { reference: TableReference; edit: Edit }[] {
  const localNames = commonTableNames(statement);
  const found: { reference: TableReference; edit: Edit }[] = [];
  walkTree({ statement }, (key, node) => {
    if (key !== 'table' || !('catalog' in node)) return;
    const table = readIdentifier(node['name']);
    const schema = readIdentifier(node['schema']);
    if (table === undefined || (schema === undefined && localNames.has(table.name))) return;
    found.push(tableReference(table, schema, node['alias'] !== null, text, file));
  });
  return found;
}

function tableReference(table: Identifier, schema: Identifier | undefined, hasAlias: boolean, text: string, file: string) {
  const at = positionAt(text, schema?.start ?? table.start);
  if (schema === undefined || !LAYERS.some((layer) => layer === schema.name)) {
    throw new SnowmeltError('compile/unknown-table', {
      message: `\`${schema === undefined ? '' : `${schema.name}.`}${table.name}\` is not a table of the lake.`,
      hint: 'Write tables as layer.table, e.g. silver.fact_orders.',
      at: { file, ...at },
    });
  }
  const dataset = `${schema.name}.${table.name}` as DatasetName;
  const text_ = hasAlias ? relationOf(dataset) : `${relationOf(dataset)} AS ${table.name}`;
  return { reference: { dataset, at }, edit: { start: schema.start, end: table.end, text: text_ } };
}

function commonTableNames(statement: SyntaxNode): ReadonlySet<string> {
  const names = new Set<string>();
  walkTree({ statement }, (_key, node) => {
    const { ctes } = node;
    if (!Array.isArray(ctes)) return;
    for (const cte of ctes) {
      const alias = isNode(cte) ? readIdentifier(cte['alias']) : undefined;
      if (alias !== undefined) names.add(alias.name);
    }
  });
  return names;
}

function logicalDateEdits(tokens: readonly Token[]): Edit[] {
  return tokens.flatMap((token, index) => {
    const dollar = tokens[index - 1];
    if (token.text.toLowerCase() !== 'logical_date' || dollar?.text !== '$' || dollar.end !== token.start) return [];
    return [{ start: dollar.start, end: token.end, text: `TO_DATE('${LOGICAL_DATE_SLOT}')` }];
  });
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const points = [...text];
  for (const edit of [...edits].sort((a, b) => b.start - a.start)) points.splice(edit.start, edit.end - edit.start, edit.text);
  return points.join('');
}
