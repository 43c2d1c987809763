import type { ListPublicKeysCommandInput, LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import type { RecordShape } from '../../aws/index.ts';
import { formatEventTime } from '../../event/index.ts';

/**
 * Where CloudTrail's records of its own calls differ from the rule (members in lowerCamelCase, no answer for reads):
 * times stand as ISO seconds, and a page's token is not written down.
 */
export const RECORDS: { readonly LookupEvents: RecordShape; readonly ListPublicKeys: RecordShape } = {
  LookupEvents: {
    requestParameters: (input: LookupEventsCommandInput) => {
      const attributes = input.LookupAttributes?.map(({ AttributeKey, AttributeValue }) => ({
        attributeKey: AttributeKey,
        attributeValue: AttributeValue,
      }));
      return present({
        lookupAttributes: attributes,
        startTime: isoSeconds(input.StartTime),
        endTime: isoSeconds(input.EndTime),
        eventCategory: input.EventCategory,
        maxResults: input.MaxResults,
      });
    },
  },
  ListPublicKeys: {
    requestParameters: (input: ListPublicKeysCommandInput) =>
      present({ startTime: isoSeconds(input.StartTime), endTime: isoSeconds(input.EndTime) }),
  },
};

function isoSeconds(time: Date | undefined): string | undefined {
  return time && Number.isFinite(time.getTime()) ? formatEventTime(time.getTime()) : undefined;
}

function present(members: Readonly<Record<string, unknown>>): Record<string, unknown> | null {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : null;
}
