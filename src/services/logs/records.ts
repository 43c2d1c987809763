import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { OperationName, RecordShape } from '../../aws/index.ts';

/**
 * How calls are recorded. Writing events is no event (a trail that delivers into a group would see itself), and
 * reading them is one of data.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/logging_cw_api_calls_cwl.html
 */
export const RECORDS: { readonly [Name in OperationName<typeof client> & string]?: RecordShape } = {
  PutLogEvents: { category: false },
  GetLogEvents: { category: 'Data', readOnly: true },
  FilterLogEvents: { category: 'Data', readOnly: true },
  // The messages may be anything, secrets too.
  TestMetricFilter: {
    readOnly: true,
    requestParameters: ({ filterPattern }: client.TestMetricFilterRequest) => ({ filterPattern }),
  },
};
