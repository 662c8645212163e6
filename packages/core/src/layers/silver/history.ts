import { forBoth, type Words } from '../../sql/render.ts';
import type { RenderedSql } from '../../sql/text.ts';
import { renderDeduplicate } from './deduplicate.ts';

/** What a history is made of. */
export interface HistorySpec {
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** The column that says since when a row is as it is. */
  readonly version: string;
  /** Of a changelog: the source's key (`k__*` of the classified rows); undefined: nothing says what is no more. */
  readonly changelogKey: readonly string[] | undefined;
}

/** Renders the query that gives every version of every row with the time in which it was so; no two of a key overlap. */
export function renderHistory(spec: HistorySpec): RenderedSql {
  return spec.changelogKey === undefined ? fromVersions(spec) : fromBatches(spec, spec.changelogKey);
}

// Without deletes the versions of a key tell all there is, in whatever order they came: each lasts until the next one.
function fromVersions({ columns, key, version }: HistorySpec): RenderedSql {
  const versions = renderDeduplicate({ columns, key: [...key, version], version: undefined, distinct: undefined, byDay: false });
  return forBoth((words) => {
    const from = asTime(words.name(version), words);
    const next = `LEAD(${from}) OVER (PARTITION BY ${key.map(words.name).join(', ')} ORDER BY ${words.name(version)})`;
    const list = columns.map(words.name).join(', ');
    const dated = `SELECT ${list}, ${from} AS valid_from, ${next} AS valid_to FROM (${versions[words.dialect]}) AS _versions`;
    return `SELECT *, valid_to IS NULL AS is_current FROM (${dated}) AS _dated`;
  });
}

// Of a changelog the order of its batches is the truth: of each the good row of a key says how it is from then on, and a batch
// that has none says that it is no more, at the latest at the end of what it tells about. Times never run backwards; what
// lasted for no time is left out, so a row that came again, unchanged, is one version.
function fromBatches({ columns, version }: HistorySpec, changelogKey: readonly string[]): RenderedSql {
  return forBoth((words) => {
    const by = changelogKey.map((name) => words.name(`k__${name}`)).join(', ');
    const since = asTime(words.name(`v__${version}`), words);
    const isRow = 'NOT _deleted AND _reasons IS NULL';
    const order = [`CASE WHEN ${isRow} THEN 0 ELSE 1 END`, ...columns.map((name) => `${words.name(`v__${name}`)} DESC NULLS LAST`)];
    const ranked = `SELECT *, row_number() OVER (PARTITION BY ${by}, _seq ORDER BY ${order.join(', ')}) AS _rank FROM _classified`;
    const time = `CASE WHEN ${isRow} THEN ${since} ELSE GREATEST(_at, COALESCE(${since}, _at)) END`;
    const events = `SELECT *, ${isRow} AS _is_row, ${time} AS _time FROM (${ranked}) AS _ranked WHERE _rank = 1`;
    const latest = `MAX(_time) OVER (PARTITION BY ${by} ORDER BY _seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
    const timed = `SELECT *, ${latest} AS valid_from FROM (${events}) AS _events`;
    const ended = `SELECT *, LEAD(valid_from) OVER (PARTITION BY ${by} ORDER BY _seq) AS valid_to FROM (${timed}) AS _timed`;
    const values = columns.map((name) => `${words.name(`v__${name}`)} AS ${words.name(name)}`).join(', ');
    return `SELECT ${values}, valid_from, valid_to, valid_to IS NULL AS is_current FROM (${ended}) AS _ended WHERE _is_row AND (valid_to IS NULL OR valid_to > valid_from)`;
  });
}

function asTime(value: string, words: Words): string {
  return `CAST(${value} AS ${words.type({ kind: 'timestamp' })})`;
}
