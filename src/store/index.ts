export type {
  EventStore,
  FoundEvent,
  LookupAttribute,
  LookupAttributeKey,
  LookupCursor,
  LookupRequest,
} from './event-store.ts';
