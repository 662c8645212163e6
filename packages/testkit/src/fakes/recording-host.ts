import type { Host, Message } from '@snowmelt/core/ports';

/** A host that keeps the messages it is given. */
export interface RecordingHost extends Host {
  readonly messages: readonly Message[];
}

/** Records every message, in order. */
export function recordingHost(): RecordingHost {
  const messages: Message[] = [];
  return { messages, notify: (message) => void messages.push(message) };
}
