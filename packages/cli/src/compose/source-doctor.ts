import { contractRequests, findDataset, type Graph, readLake } from '@snowmelt/core/pipeline';
import type { Clock, ObjectStore, Secrets } from '@snowmelt/core/ports';
import type { SetupPart, SourceFinding } from '@snowmelt/snowflake';

export type { SetupPart, SourceFinding } from '@snowmelt/snowflake';

/** Examines the source of one project, and writes what it needs. */
export interface SourceDoctor {
  examine(signal: AbortSignal): Promise<readonly SourceFinding[]>;
  /** Undefined where there is no such document. */
  setup(part: SetupPart, signal: AbortSignal): Promise<string | undefined>;
}

/** What it works with. */
interface Tools {
  readonly store: ObjectStore;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/** Opens the doctor of a project's source; undefined for sources that need none. */
export async function openSourceDoctor(graph: Graph, { store, secrets, clock }: Tools): Promise<SourceDoctor | undefined> {
  const { source } = graph;
  if (source.kind !== 'snowflake') return undefined;
  const { snowflakeDoctor } = await import('@snowmelt/snowflake');
  const doctor = snowflakeDoctor({ connection: source, secrets, clock });
  const extracts = async () => {
    const lake = await readLake(
      store,
      graph.datasets.map(({ name }) => name),
    );
    return contractRequests(graph, lake).map((request) => ({ ...request, readsChanges: modeOf(graph, request.dataset) === 'changes' }));
  };
  return {
    examine: async (signal) => doctor.examine(await extracts(), signal),
    setup: async (part, signal) => doctor.setup(part, await extracts(), signal),
  };
}

function modeOf(graph: Graph, dataset: string): string | undefined {
  const found = findDataset(graph, dataset);
  return found?.layer === 'bronze' ? found.mode.kind : undefined;
}
