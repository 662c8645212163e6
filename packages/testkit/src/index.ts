export { outputOf, type StoreRecipe, startStoreChild, typescriptFlags } from './child-store.ts';
export type { EngineUnderTest } from './contracts/build-requests.ts';
export { type CatalogUnderTest, catalogContract } from './contracts/catalog.ts';
export { objectStoreContract, type StoreUnderTest } from './contracts/object-store.ts';
export { sqlEngineContract } from './contracts/sql-engine.ts';
export { type ManualClock, manualClock } from './fakes/manual-clock.ts';
export { memoryObjectStore } from './fakes/memory-object-store.ts';
export { type RecordingHost, recordingHost } from './fakes/recording-host.ts';
export { describeTestParquet, readTestParquet, writeTestParquet } from './parquet-table.ts';
