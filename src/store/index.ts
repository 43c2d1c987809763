export { type EventStoreOptions, openEventStore } from './clickhouse-event-store.ts';
export {
  type EmbeddedEngineOptions,
  type Engine,
  type EngineLog,
  startEmbeddedEngine,
} from './engine/engine.ts';
export type {
  EventStore,
  FoundEvent,
  LookupAttribute,
  LookupAttributeKey,
  LookupCursor,
  LookupRequest,
  ScanRequest,
} from './event-store.ts';
