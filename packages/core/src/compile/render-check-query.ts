import { isSnowmeltError, SnowmeltError } from '../errors/snowmelt-error.ts';
import { type DatasetName, relationOf } from '../layout/dataset-name.ts';
import { referenceRelation } from '../quality/reference-relation.ts';
import type { Column } from '../sql/column-type.ts';
import { type ReadModel, readModel } from '../sql/read-model.ts';
import { forBoth } from '../sql/render.ts';
import type { RenderedSql } from '../sql/text.ts';
import { tablesOf, translateBoth } from './compile-model.ts';
import type { CompileContext } from './context.ts';
import { declareReference } from './need-reference.ts';

/**
 * Renders a query that gives the rows that should not be there. In it the dataset's own name stands for its new rows, other
 * names for what is published. @throws compile/*
 */
export async function renderCheckQuery(
  context: CompileContext,
  name: DatasetName,
  query: string,
  columns: readonly Column[],
  at: SnowmeltError['at'],
): Promise<RenderedSql> {
  const model = read(context, query, at);
  const others = [...new Set(model.references.map(({ dataset }) => dataset))].filter((dataset) => dataset !== name);
  for (const other of others) await declareReference(context, name, other, at);
  const tables = { ...tablesOf(context.compiled, model), [relationOf(name)]: columns };
  const translated = translateBoth(context.translator, model.sql, at, { tables });
  return forBoth((words) => {
    const own = `${relationOf(name)} AS (SELECT ${columns.map((column) => words.name(column.name)).join(', ')} FROM _rows)`;
    const named = [own, ...others.map((other) => `${relationOf(other)} AS (SELECT * FROM ${referenceRelation(other)})`)];
    return `WITH ${named.join(', ')} SELECT * FROM (${translated[words.dialect]}) AS _rows_found`;
  });
}

// Places in the query's text would point into the wrong lines of the file.
function read(context: CompileContext, query: string, at: SnowmeltError['at']): ReadModel {
  try {
    return readModel(context.translator, query, '');
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    const { code, message, hint } = error;
    throw new SnowmeltError(code, { message, at, ...(hint === undefined ? {} : { hint }) });
  }
}
