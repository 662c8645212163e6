export { generateKeyPair, type UserKey } from './auth/key-pair.ts';
export type { ServerUser } from './auth/server-user.ts';
export type { DatabaseHandle } from './database/open-database.ts';
export type { Fault, FaultKind, RequestMatch, SeenRequest } from './faults/fault.ts';
export type { AddedFault, Faults } from './faults/fault-plan.ts';
export { type RunningServer, type ServerOptions, startServer } from './start-server.ts';
