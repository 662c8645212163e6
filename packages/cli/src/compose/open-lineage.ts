import { type Graph, openLineageObserver, type RunObserver } from '@snowmelt/core/pipeline';
import type { Clock, Host, ObjectStore, Secrets } from '@snowmelt/core/ports';
import { httpLineageCollector } from '@snowmelt/local';
import { version } from '../version.ts';

/** What telling about runs takes. */
interface LineageParts {
  readonly folder: string;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly host: Host;
}

/** Opens what tells other tools about a run; undefined where the declaration asks for nobody to be told. */
export function openLineage(graph: Graph, { folder, store, clock, secrets, host }: LineageParts): RunObserver | undefined {
  if (graph.lineage === undefined) return undefined;
  const { url, endpoint, apiKey, timeout } = graph.lineage.openlineage;
  const openCollector = async (address: string) => {
    const key = apiKey === undefined ? {} : { apiKey: await secrets.get(apiKey) };
    return httpLineageCollector({ url: address, endpoint, timeoutMs: timeout * 1000, ...key });
  };
  return openLineageObserver(graph, {
    store,
    clock,
    projectFolder: folder,
    version: version(),
    ...(url === undefined ? {} : { openCollector: () => openCollector(url) }),
    tell: (run, why) => host.notify({ code: 'lineage/unsent', run, why }),
  });
}
