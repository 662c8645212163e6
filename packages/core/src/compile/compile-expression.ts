import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { Column } from '../sql/column-type.ts';
import { plainText } from '../sql/fold-case.ts';
import type { Flow } from '../sql/lineage/flow.ts';
import { traceValue } from '../sql/lineage/trace-query.ts';
import { fillLogicalDate, refuseChance } from '../sql/read-model.ts';
import { mapBoth } from '../sql/render.ts';
import { readIdentifier, walkTree } from '../sql/syntax-tree.ts';
import type { RenderedSql } from '../sql/text.ts';
import type { Translator } from '../sql/translator.ts';
import { translateBoth } from './compile-model.ts';

/** An expression in both dialects, and how the columns that it names act on its value. */
export interface TranslatedExpression {
  readonly sql: RenderedSql;
  readonly columns: readonly string[];
  readonly flow: Flow;
}

/** Translates one expression in Snowflake SQL. @throws compile/syntax, compile/not-deterministic, compile/unsupported-sql */
export function translateExpression(
  translator: Translator,
  expression: string,
  known: readonly Column[],
  at: SnowmeltError['at'],
): TranslatedExpression {
  const select = `SELECT ${expression}`;
  const parsed = translator.parse(select);
  if (parsed.kind === 'failed' || parsed.statements.length !== 1) {
    const message =
      parsed.kind === 'failed' ? parsed.message.replace(/^Parse error at line \d+, column \d+: /, '') : 'it is more than one statement';
    throw new SnowmeltError('compile/syntax', {
      message: `This is not one SQL expression: ${message}.`,
      hint: 'Write what could stand behind SELECT, without FROM.',
      at,
    });
  }
  const tokens = translator.tokenize(select);
  refuseChance(parsed.statements[0], tokens, () => at);
  const sql = mapBoth(
    translateBoth(translator, fillLogicalDate(translator, plainText(select, tokens)), at, { tables: { _source: known } }),
    (text) => text.replace(/^SELECT\s+/i, ''),
  );
  const columns = columnNames(parsed.statements[0]);
  return { sql, columns, flow: traceValue(parsed.statements[0] ?? {}, { name: '_source', columns }) };
}

function columnNames(tree: unknown): string[] {
  const names = new Set<string>();
  walkTree(tree, (key, node) => {
    const name = key === 'column' ? readIdentifier(node['name'])?.name : undefined;
    if (name !== undefined) names.add(name);
  });
  return [...names].sort();
}
