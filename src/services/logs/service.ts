import * as client from '@aws-sdk/client-cloudwatch-logs';
import { defineService, type Service } from '../../aws/index.ts';
import type { LogsDependencies } from './dependencies.ts';
import { ERRORS, invalid } from './errors.ts';
import { groupHandlers } from './handlers/groups.ts';
import { metricFilterHandlers } from './handlers/metric-filters.ts';
import { putHandlers } from './handlers/put-log-events.ts';
import { readHandlers } from './handlers/read-events.ts';
import { streamHandlers } from './handlers/streams.ts';
import { subscriptionFilterHandlers } from './handlers/subscription-filters.ts';
import { tagHandlers } from './handlers/tags.ts';
import { PERMISSIONS } from './permissions.ts';
import { RECORDS } from './records.ts';

/** A batch of one megabyte of text, as JSON writes it. */
const MAX_BODY = 4 << 20;

/**
 * CloudWatch Logs over the logs room: what trails, the AWS CLI and security guides need of it. Refusals of the room
 * carry the service's own codes and go to the caller as they are.
 */
export function createLogsService(dependencies: LogsDependencies): Service {
  return defineService({
    client,
    signingNames: ['logs'],
    protocol: 'awsJson1_1',
    targetPrefixes: ['Logs_20140328'],
    maxBody: MAX_BODY,
    iamPrefix: 'logs',
    eventSource: 'logs.amazonaws.com',
    errors: ERRORS,
    missingMembers: (_, missing) =>
      invalid(
        `${missing.length} validation error${missing.length === 1 ? '' : 's'} detected: ${missing
          .map((name) => `Value null at '${name}' failed to satisfy constraint: Member must not be null`)
          .join('; ')}`,
      ),
    handlers: {
      ...groupHandlers(dependencies),
      ...streamHandlers(dependencies),
      ...putHandlers(dependencies),
      ...readHandlers(dependencies),
      ...metricFilterHandlers(dependencies),
      ...subscriptionFilterHandlers(dependencies),
      ...tagHandlers(dependencies),
    },
    permissions: PERMISSIONS,
    records: RECORDS,
  });
}
