import type * as client from '@aws-sdk/client-eventbridge';
import type { CallContext, OperationName, RecordShape } from '../../aws/index.ts';
import { busArn, DEFAULT_BUS, readBusArn } from '../../event-bus/index.ts';

/**
 * How calls are recorded. Putting events is an event of data, without the details: they may be anything, secrets too.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/logging-using-cloudtrail.html
 */
export const RECORDS: { readonly [Name in OperationName<typeof client> & string]?: RecordShape } = {
  PutEvents: {
    category: 'Data',
    requestParameters: ({ Entries = [] }: client.PutEventsRequest) => ({
      entries: Entries.map(({ Source, DetailType, EventBusName, Resources }) => ({
        ...(Source !== undefined && { source: Source }),
        ...(DetailType !== undefined && { detailType: DetailType }),
        ...(EventBusName !== undefined && { eventBusName: EventBusName }),
        ...(Resources !== undefined && { resources: Resources }),
      })),
    }),
    resources: ({ Entries = [] }: client.PutEventsRequest, { account, region }: CallContext) => {
      const arns = Entries.map(({ EventBusName: name }) =>
        busArn(readBusArn(name ?? '') ?? { account, region, bus: name || DEFAULT_BUS }),
      );
      return [...new Set(arns)].map((ARN) => ({ ARN, type: 'AWS::Events::EventBus', accountId: account }));
    },
  },
  TestEventPattern: {
    readOnly: true,
    requestParameters: ({ EventPattern }: client.TestEventPatternRequest) => ({ eventPattern: EventPattern }),
  },
};
