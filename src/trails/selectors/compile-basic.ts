import type { CloudTrailRecord, EventCategory } from '../../event/index.ts';
import type { EventSelector } from '../trail.ts';
import { isWholeType } from './data-resource.ts';
import { isRead, resourcesOf } from './record-fields.ts';

/** Decides on one event by its content and category; where it comes from is the rule's affair. */
export type Matcher = (record: CloudTrailRecord, category: EventCategory) => boolean;

/**
 * Compiles basic selectors, any of which may take the event. Network activity is not in their reach.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
 */
export function compileBasic(selectors: readonly EventSelector[]): Matcher {
  const matchers = selectors.map(compileSelector);
  const [only] = matchers;
  if (only && matchers.length === 1) return only;
  return (record, category) => matchers.some((matches) => matches(record, category));
}

function compileSelector(selector: EventSelector): Matcher {
  const { ReadWriteType, IncludeManagementEvents, ExcludeManagementEventSources, DataResources } = selector;
  const excluded: ReadonlySet<unknown> = new Set(ExcludeManagementEventSources);
  const rightKind = compileReadWrite(ReadWriteType);
  const resources = DataResources.map(compileDataResource);
  return (record, category) => {
    if (category === 'Management') {
      return IncludeManagementEvents && !excluded.has(record.eventSource) && rightKind(record);
    }
    if (category !== 'Data' || resources.length === 0 || !rightKind(record)) return false;
    const found = resourcesOf(record);
    return resources.some((takes) => found.some(({ type, arn }) => takes(type, arn)));
  };
}

function compileReadWrite(type: EventSelector['ReadWriteType']): (record: CloudTrailRecord) => boolean {
  switch (type) {
    case 'All':
      return () => true;
    case 'ReadOnly':
      return isRead;
    case 'WriteOnly':
      return (record) => !isRead(record);
  }
}

/** Objects are meant by prefix, functions and tables exactly. */
function compileDataResource({ Type, Values }: EventSelector['DataResources'][number]) {
  if (Values.some(isWholeType)) return (type?: string) => type === Type;
  if (Type !== 'AWS::S3::Object') {
    const exact = new Set<string | undefined>(Values);
    return (type?: string, arn?: string) => type === Type && arn !== undefined && exact.has(arn);
  }
  return (type?: string, arn?: string) =>
    type === Type && arn !== undefined && Values.some((value) => arn.startsWith(value));
}
