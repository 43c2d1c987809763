import type { Event, LookupEventsRequest } from '@aws-sdk/client-cloudtrail';
import { type CallContext, ServiceError } from '../../../aws/index.ts';
import { type CloudTrailRecord, readLookupFields } from '../../../event/index.ts';
import type { FoundEvent } from '../../../store/index.ts';
import type { CloudTrailDependencies, CloudTrailHandlers } from '../dependencies.ts';
import { readAttributes } from '../lookup/attributes.ts';
import { type PageToken, readPageToken, writePageToken } from '../lookup/page-token.ts';
import { readWindow } from '../lookup/window.ts';

const MAX_RESULTS = 50;

/**
 * The event history of the caller's account in the call's Region: management events, or with EventCategory `insight`
 * those of Insights, newest first.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export function lookupEvents({
  store,
  historyDays,
  now,
}: CloudTrailDependencies): NonNullable<CloudTrailHandlers['LookupEvents']> {
  return async (input, call) => {
    const category = readCategory(input.EventCategory);
    const attributes = readAttributes(input.LookupAttributes ?? [], category);
    const limit = readLimit(input.MaxResults);
    const question = questionOf(input, call);
    const token: PageToken | undefined =
      input.NextToken === undefined ? undefined : readPageToken(input.NextToken, question);
    const { start, end } = token ?? readWindow(input, historyDays, now());
    if (start > end) return { Events: [] };
    // One more than the page shows whether there is another; an empty last page is what paginators trip over.
    const found = await store.lookup({
      accounts: [call.account],
      regions: [call.region],
      categories: [category],
      ...(attributes.length === 0 ? {} : { attributes }),
      start,
      end,
      limit: limit + 1,
      ...(token ? { after: token.after } : {}),
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      Events: page.map(eventOf),
      ...(found.length > limit && last
        ? {
            NextToken: writePageToken(
              { start, end, after: { time: last.time, eventId: last.eventId } },
              question,
            ),
          }
        : {}),
    };
  };
}

function readCategory(category: string | undefined): 'Management' | 'Insight' {
  if (category === undefined) return 'Management';
  if (category === 'insight') return 'Insight';
  throw new ServiceError('InvalidEventCategoryException', `Event category is not valid: ${category}`);
}

function readLimit(maxResults: number | undefined): number {
  if (maxResults === undefined) return MAX_RESULTS;
  if (Number.isInteger(maxResults) && maxResults >= 1 && maxResults <= MAX_RESULTS) return maxResults;
  throw new ServiceError(
    'InvalidMaxResultsException',
    `A limit of ${maxResults} is invalid: it must be between 1 and ${MAX_RESULTS}.`,
  );
}

/** All that must be the same on every page, as one text. */
function questionOf(input: LookupEventsRequest, { account, region }: CallContext): string {
  return JSON.stringify([
    account,
    region,
    input.LookupAttributes?.map(({ AttributeKey, AttributeValue }) => [AttributeKey, AttributeValue]) ?? [],
    input.StartTime?.getTime() ?? null,
    input.EndTime?.getTime() ?? null,
    input.EventCategory ?? null,
    input.MaxResults ?? null,
  ]);
}

/** One event as LookupEvents shows it: what was derived from the record, and the record itself to the byte. */
function eventOf({ eventId, time, raw }: FoundEvent): Event {
  const fields = readLookupFields(JSON.parse(raw) as CloudTrailRecord);
  return {
    EventId: eventId,
    ...(fields.eventName === undefined ? {} : { EventName: fields.eventName }),
    ...(fields.readOnly === undefined ? {} : { ReadOnly: fields.readOnly }),
    ...(fields.accessKeyId === undefined ? {} : { AccessKeyId: fields.accessKeyId }),
    EventTime: new Date(time),
    ...(fields.eventSource === undefined ? {} : { EventSource: fields.eventSource }),
    ...(fields.username === undefined ? {} : { Username: fields.username }),
    Resources: fields.resources.map(({ resourceType, resourceName }) => ({
      ...(resourceType === undefined ? {} : { ResourceType: resourceType }),
      ResourceName: resourceName,
    })),
    CloudTrailEvent: raw,
  };
}
