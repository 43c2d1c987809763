export { type EventStoreOptions, openEventStore } from './clickhouse-event-store.ts';
export {
  type BlockInsert,
  type Connection,
  type ConnectionOptions,
  openConnection,
  type StatementOptions,
} from './connection.ts';
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
export { type ReportedInsert, writeLostAgain } from './lost-rows.ts';
export { hash64, toDecimal } from './native/index.ts';
export { type Column, RowBinaryReader, RowBinaryWriter } from './row-binary.ts';
export { identifier, literal, type Sql } from './sql.ts';
export { NO_STATISTICS, type TableSettings, tuneTable } from './tune-table.ts';
