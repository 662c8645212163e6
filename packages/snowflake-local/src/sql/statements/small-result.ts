import { isAggregate } from '../aggregates.ts';
import { type Fields, fieldsOf, isPresent, listOf, nodeOf } from '../tree.ts';

const SMALL_LIMIT = 1000;

/** Tells whether a SELECT has few rows whatever the tables hold, which lets its result take a shorter way. */
export function isSmallSelect(fields: Fields): boolean {
  if (limitOf(fields) <= SMALL_LIMIT) return true;
  if (isPresent(fields['group_by']) || isPresent(fields['qualify'])) return false;
  if (!isPresent(fields['from'])) return true;
  return listOf(fields['expressions']).some(holdsAggregate);
}

function limitOf(fields: Fields): number {
  const { literal } = fieldsOf(fieldsOf(fields['limit'])['this']);
  const { literal_type: type, value } = fieldsOf(literal);
  return type === 'number' ? Number(value) : Number.POSITIVE_INFINITY;
}

// An aggregate outside of a window or a subquery, and no GROUP BY: one row.
function holdsAggregate(node: unknown): boolean {
  const { kind, fields } = nodeOf(node);
  if (isAggregate(kind)) return true;
  if (['window_function', 'subquery', 'select', 'exists'].includes(kind)) return false;
  return Object.values(fields).some((value) => (Array.isArray(value) ? value.some(isAggregateNode) : isAggregateNode(value)));
}

function isAggregateNode(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 1 && holdsAggregate(value);
}
