import { declarationPlace } from '../define/declaration-file.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError, throwAll } from '../errors/snowmelt-error.ts';
import type { CleanedColumn } from '../layers/silver/cleaning.ts';
import { type DatasetName, parseDatasetName, tableOf } from '../layout/dataset-name.ts';
import { isSameType, renderColumnType } from '../sql/column-type.ts';
import type { CompileContext } from './context.ts';

/** The datasets that a cleaned dataset's columns refer to, each once. @throws compile/unknown-column, compile/type-error */
export function compileReferences(context: CompileContext, name: DatasetName, columns: readonly CleanedColumn[]): readonly DatasetName[] {
  throwAll(columns.flatMap((column) => findFault(context, name, column) ?? []));
  return [...new Set(columns.flatMap(({ rules }) => (rules.reference === undefined ? [] : [parseDatasetName(rules.reference.dataset)])))];
}

function findFault(context: CompileContext, name: DatasetName, { name: column, rules }: CleanedColumn): SnowmeltError | undefined {
  if (rules.reference === undefined) return undefined;
  const { dataset, column: wanted } = rules.reference;
  const at = declarationPlace(context.declaration, ['silver', tableOf(name), 'columns', column, 'reference']);
  const columns = context.compiled.get(parseDatasetName(dataset))?.columns ?? [];
  const there = columns.find((one) => one.name === wanted);
  if (there === undefined) {
    const names = columns.map((one) => one.name);
    return new SnowmeltError('compile/unknown-column', {
      message: `\`${column}\` refers to \`${wanted}\`, which ${dataset} does not have.`,
      hint: suggest(wanted, names),
      at,
    });
  }
  if (isSameType(there.type, rules.type)) return undefined;
  return new SnowmeltError('compile/type-error', {
    message: `\`${column}\` is of type ${renderColumnType(rules.type, 'snowflake')}, \`${wanted}\` of ${dataset} of ${renderColumnType(there.type, 'snowflake')}.`,
    hint: 'Declare both as the same type.',
    at,
  });
}
