import {
  digestQuery,
  parseDigest,
  type RowsReference,
  SnowmeltError,
  type SourceDigest,
  type SourceDigestRequest,
} from '@snowmelt/core/ports';
import type { Statements } from '../duckdb/statements.ts';
import { type ContractPlace, matchColumns } from './source-contract.ts';
import { toSourceError } from './source-failure.ts';
import type { SourcePart } from './source-part.ts';
import { windowCondition } from './source-window.ts';
import { comparable, type MatchedPart, typedQuery } from './typed-query.ts';

/** Sums up the rows of a source's parts, typed as an extraction types them. @throws source/* */
export async function digestParts(
  statements: Statements,
  request: SourceDigestRequest,
  described: readonly SourcePart[],
  place: ContractPlace,
): Promise<SourceDigest['groups']> {
  const { columns, arrived, level, split } = request;
  const parts = described.map((part) => ({ ...part, matched: matchColumns(columns, part, place) }));
  const from = `(${typedQuery(parts, (part) => conditionOf(request, part))}) AS "x"`;
  try {
    const query = { dialect: 'duckdb', from, columns: arrived, level, split } as const;
    const groups = parseDigest(await statements.rows(digestQuery(query), `summing up ${place.relation}`), query);
    if (groups === undefined) throw new SnowmeltError('internal/unexpected', { message: 'DuckDB gave no digest.' });
    return groups;
  } catch (error) {
    throw toSourceError(error, place);
  }
}

function conditionOf({ window, ends: { low, high } }: SourceDigestRequest, part: MatchedPart): string {
  if (window.kind !== 'window' || high === undefined) return '';
  return ` WHERE ${windowCondition(comparable(part, window.watermark), { high, ...(low === undefined ? {} : { low }) })}`;
}

/** Says whether files are still in the state that was read, or are taken as they are now. @throws source/changed */
export function chooseReference({ references, dataset }: SourceDigestRequest, state: string): RowsReference {
  const same = references.find((reference) => reference.kind === 'files' && reference.state === state);
  const found = same ?? references.find(({ kind }) => kind === 'present');
  if (found !== undefined) return found;
  throw new SnowmeltError('source/changed', {
    message: 'The source changed after it was read, before what arrived could be compared with it.',
    hint: 'Nothing was published. Run again when nobody writes to it.',
    at: { dataset },
  });
}
