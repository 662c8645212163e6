/** A server that takes OpenLineage events. */
export interface LineageCollector {
  /** Delivers one event, in JSON. @throws lineage/unreachable, lineage/refused */
  send(event: string, signal: AbortSignal): Promise<void>;
}
