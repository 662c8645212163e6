import { type Graph, readLake, selectDatasets } from '@snowmelt/core/pipeline';
import type { DatasetName, ObjectStore } from '@snowmelt/core/ports';
import type { Invocation } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';

/** What a command line asks for. */
export interface Scope {
  /** Absent: all datasets. */
  readonly only?: ReadonlySet<DatasetName>;
  readonly fresh?: ReadonlySet<DatasetName>;
}

/**
 * Reads `--select`, `--exclude` and `--full-refresh`. A refresh takes bronze along only where `--select` names it: reading the
 * source again is nothing that should happen by the way.
 * @throws run/invalid-selection, lake/unknown-dataset
 */
export async function readScope(
  invocation: Invocation,
  { graph, store }: { readonly graph: Graph; readonly store: ObjectStore },
): Promise<Scope> {
  const select = readText(invocation, 'select');
  const exclude = readText(invocation, 'exclude');
  const isSelected = select !== undefined || exclude !== undefined;
  const names = graph.datasets.map(({ name }) => name);
  const only = isSelected
    ? selectDatasets(graph, await readLake(store, names), {
        ...(select === undefined ? {} : { select }),
        ...(exclude === undefined ? {} : { exclude }),
      })
    : undefined;
  const isFresh = invocation.values['full-refresh'] === true;
  const fresh = names.filter((name) => (only === undefined || only.has(name)) && (select !== undefined || !name.startsWith('bronze.')));
  return { ...(only === undefined ? {} : { only }), ...(isFresh ? { fresh: new Set(fresh) } : {}) };
}

/** Prints what was chosen, for people. */
export function tellScope(scope: Scope, graph: Graph, { terminal, values }: Invocation): void {
  if (values['quiet'] !== true && values['json'] !== true) terminal.out(describeScope(scope, graph));
}

/** Says what was chosen, where that is not everything. */
export function describeScope({ only, fresh }: Scope, graph: Graph): string {
  const names = graph.datasets.map(({ name }) => name);
  const lines: string[] = [];
  if (only !== undefined) lines.push(only.size === 0 ? 'Selected: nothing.' : `Selected: ${list(names.filter((name) => only.has(name)))}.`);
  if (fresh !== undefined)
    lines.push(
      ...describeRefresh(
        names.filter((name) => fresh.has(name)),
        names,
      ),
    );
  return lines.map((line) => `${line}\n`).join('');
}

function describeRefresh(fresh: readonly DatasetName[], names: readonly DatasetName[]): readonly string[] {
  const bronze = fresh.filter((name) => name.startsWith('bronze.'));
  const others = fresh.filter((name) => !name.startsWith('bronze.'));
  const read =
    bronze.length === 0 ? [] : [`Full refresh: ${list(bronze)} ${bronze.length === 1 ? 'is' : 'are'} read from the source again.`];
  const made = others.length === 0 ? [] : [`Full refresh: ${list(others)} ${others.length === 1 ? 'is' : 'are'} made again.`];
  const kept =
    bronze.length === 0 && names.some((name) => name.startsWith('bronze.'))
      ? ['Bronze stays as it was extracted; name it in --select to read the source again.']
      : [];
  return [...read, ...made, ...kept];
}

const SHOWN = 8;

function list(names: readonly string[]): string {
  return names.length <= SHOWN ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
}
