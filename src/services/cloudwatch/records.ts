import type * as client from '@aws-sdk/client-cloudwatch';
import type { OperationName, RecordShape } from '../../aws/index.ts';

/**
 * How calls are recorded: those about metrics are events of data.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/logging_cw_api_calls.html
 */
export const RECORDS: { readonly [Name in OperationName<typeof client> & string]?: RecordShape } = {
  PutMetricData: {
    category: 'Data',
    readOnly: false,
    requestParameters: ({ Namespace }: client.PutMetricDataInput) => ({ namespace: Namespace }),
  },
  GetMetricData: { category: 'Data', readOnly: true },
  GetMetricStatistics: { category: 'Data', readOnly: true },
  ListMetrics: { category: 'Data', readOnly: true },
};
