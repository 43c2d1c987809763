export { type ApiCall, buildRecord, EVENT_VERSION, toParameters } from './build-record.ts';
export { categoryOf, isReadOnlyName } from './category.ts';
export { formatEventTime, parseEventTime } from './event-time.ts';
export { type LookupFields, readCallFields, readLookupFields } from './lookup-fields.ts';
export type { LookupResource } from './lookup-resources.ts';
export type {
  AcceptedEvent,
  CloudTrailRecord,
  EventCategory,
  RecordResource,
  UserIdentity,
} from './record.ts';
export { spliceMembers, toOneLine } from './splice.ts';
export { RecordsSyntaxError, splitRecords } from './split-records.ts';
