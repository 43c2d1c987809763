import * as client from '@aws-sdk/client-sqs';
import { defineService, type Service, ServiceError } from '../../aws/index.ts';
import type { SqsDependencies } from './dependencies.ts';
import { ERRORS, QUERY_CODES } from './errors.ts';
import { accessHandlers } from './handlers/access.ts';
import { batchHandlers } from './handlers/batches.ts';
import { messageHandlers } from './handlers/messages.ts';
import { queueHandlers } from './handlers/queues.ts';
import { permissionsOf } from './permissions.ts';
import { RECORDS } from './records.ts';

/** A megabyte of messages, as JSON and forms write it at worst. */
const MAX_BODY = 7 << 20;

/** SQS over the queues room: standard queues, as far as readers of notifications need them. */
export function createSqsService(dependencies: SqsDependencies): Service {
  return defineService({
    client,
    signingNames: ['sqs'],
    protocol: 'awsJson1_0',
    // SDKs of before the end of 2023 send forms.
    otherProtocols: ['awsQuery'],
    targetPrefixes: ['AmazonSQS'],
    apiVersion: '2012-11-05',
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    maxBody: MAX_BODY,
    iamPrefix: 'sqs',
    eventSource: 'sqs.amazonaws.com',
    errors: ERRORS,
    queryErrorCodes: QUERY_CODES,
    missingMembers: (_, [first = '']) => {
      const name = first.charAt(0).toUpperCase() + first.slice(1);
      return new ServiceError('MissingParameter', `The request must contain the parameter ${name}.`);
    },
    handlers: {
      ...queueHandlers(dependencies),
      ...accessHandlers(dependencies),
      ...messageHandlers(dependencies),
      ...batchHandlers(dependencies),
    },
    permissions: permissionsOf(dependencies.queues),
    records: RECORDS,
  });
}
