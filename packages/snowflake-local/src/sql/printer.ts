import type { Scope } from './scope.ts';
import type { Fields } from './tree.ts';

/** Translates the node of one kind; the kind's own name comes along for kinds that share a printer. */
export type Printer = (fields: Fields, scope: Scope, kind: string) => string;

/** Printers by the kind of node. What has no printer is refused. */
export type Printers = Readonly<Record<string, Printer>>;
