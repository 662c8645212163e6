import type { CheckDefinition } from '../define/pipeline-schema.ts';

/** Gives each check its name; of those that would share one, the second is called `… #2`. */
export function nameChecks<T extends CheckDefinition>(
  definitions: readonly T[],
): readonly { readonly definition: T; readonly id: string }[] {
  const used = new Map<string, number>();
  return definitions.map((definition) => {
    const id = checkName(definition);
    const nth = (used.get(id) ?? 0) + 1;
    used.set(id, nth);
    return { definition, id: nth === 1 ? id : `${id} #${nth}` };
  });
}

// The name of a check in messages and results, e.g. `range(quantity)`.
function checkName(check: CheckDefinition): string {
  switch (check.kind) {
    case 'unique':
      return `unique(${check.columns.join(', ')})`;
    case 'rowCount':
    case 'schema':
      return check.kind;
    case 'sql':
      return `sql(${check.name})`;
    case 'relationship':
      return `relationship(${check.column}, ${check.to})`;
    case 'aggregate':
      return `${check.function}(${check.column})`;
    case 'anomaly':
      return check.column === undefined ? `anomaly(${check.metric})` : `anomaly(${check.metric}, ${check.column})`;
    default:
      return `${check.kind}(${check.column})`;
  }
}

/** The columns of its dataset that a check names. */
export function columnsOfCheck(check: CheckDefinition): readonly string[] {
  if (check.kind === 'unique') return check.columns;
  return 'column' in check && check.column !== undefined ? [check.column] : [];
}
