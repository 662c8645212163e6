import type { Message } from '../messages/catalogue.ts';

/** Where messages go: a terminal, a JSON log, a test. Redacts secrets. */
export interface Host {
  notify(message: Message): void;
}
