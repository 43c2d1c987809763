export type { AcceptedEvent, CloudTrailRecord, EventCategory, RecordResource, UserIdentity } from './record.ts';
