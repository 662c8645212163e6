import { findDataset, type Graph } from '../compile/graph.ts';
import { type DatasetName, layerOf, tableOf } from '../layout/dataset-name.ts';
import { objectKey } from '../layout/object-key.ts';
import { type SourceName, sourceNameOf } from '../lineage/source-name.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Where things are, for naming them. */
export interface Places {
  readonly store: Pick<ObjectStore, 'locate'>;
  /** The folder that relative paths of the source start from. */
  readonly projectFolder: string;
}

/** The name of a dataset of the lake: its store, and the path of its layer and table there. */
export function lakeName({ store }: Pick<Places, 'store'>, dataset: DatasetName): SourceName {
  const located = `${store.locate(objectKey(layerOf(dataset)))}/${tableOf(dataset)}`;
  const [, namespace = 'file', name = located] = /^([a-z][a-z0-9+.-]*:\/\/[^/]+)\/(.*)$/.exec(located) ?? [];
  return { namespace, name };
}

/** The table or files that a bronze dataset is read from; undefined for other datasets, and for a query. */
export function sourceTable(graph: Graph, dataset: DatasetName, { projectFolder }: Pick<Places, 'projectFolder'>): SourceName | undefined {
  const found = findDataset(graph, dataset);
  if (found?.layer !== 'bronze') return undefined;
  const name = sourceNameOf(graph.source, found);
  if (name === undefined || name.namespace !== 'file' || name.name.startsWith('/')) return name;
  return { ...name, name: `${projectFolder}/${name.name.replace(/^\.\//, '')}` };
}
