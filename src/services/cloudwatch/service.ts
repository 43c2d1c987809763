import * as client from '@aws-sdk/client-cloudwatch';
import { defineService, type Service } from '../../aws/index.ts';
import type { CloudWatchDependencies } from './dependencies.ts';
import { ERRORS, missing } from './errors.ts';
import { alarmHandlers } from './handlers/alarms.ts';
import { getMetricDataHandlers } from './handlers/get-metric-data.ts';
import { historyHandlers } from './handlers/history.ts';
import { putMetricDataHandlers } from './handlers/put-metric-data.ts';
import { readMetricHandlers } from './handlers/read-metrics.ts';
import { tagHandlers } from './handlers/tags.ts';
import { PERMISSIONS } from './permissions.ts';
import { RECORDS } from './records.ts';

/** A thousand data, as JSON writes them. */
const MAX_BODY = 2 << 20;

/**
 * CloudWatch over the CloudWatch room: metrics and metric alarms, as far as security guides and monitoring need them.
 * Refusals of the room carry the service's own codes and go to the caller as they are.
 */
export function createCloudWatchService(dependencies: CloudWatchDependencies): Service {
  return defineService({
    client,
    signingNames: ['monitoring'],
    protocol: 'awsJson1_0',
    // SDKs of before 2025 and Terraform speak query, some of after CBOR.
    otherProtocols: ['awsQuery', 'rpcV2Cbor'],
    targetPrefixes: ['GraniteServiceVersion20100801'],
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    apiVersion: '2010-08-01',
    maxBody: MAX_BODY,
    iamPrefix: 'cloudwatch',
    eventSource: 'monitoring.amazonaws.com',
    errors: ERRORS,
    queryErrorCodes: new Map([['ResourceNotFoundException', 'ResourceNotFoundException']]),
    missingMembers: (_, names) => missing(upperFirst(names[0] ?? '')),
    handlers: {
      ...alarmHandlers(dependencies),
      ...historyHandlers(dependencies),
      ...putMetricDataHandlers(dependencies),
      ...readMetricHandlers(dependencies),
      ...getMetricDataHandlers(dependencies),
      ...tagHandlers(dependencies),
    },
    permissions: PERMISSIONS,
    records: RECORDS,
  });
}

/** Parameters are named as the API spells them. */
function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
