import * as client from '@aws-sdk/client-eventbridge';
import { defineService, type Service } from '../../aws/index.ts';
import type { EventsDependencies } from './dependencies.ts';
import { ERRORS, invalid } from './errors.ts';
import { busHandlers } from './handlers/buses.ts';
import { eventHandlers } from './handlers/put-events.ts';
import { ruleHandlers } from './handlers/rules.ts';
import { tagHandlers } from './handlers/tags.ts';
import { targetHandlers } from './handlers/targets.ts';
import { PERMISSIONS } from './permissions.ts';
import { RECORDS } from './records.ts';

/** EventBridge over the event bus room: rules, targets and events, as far as trails and alarms need them. */
export function createEventsService(dependencies: EventsDependencies): Service {
  return defineService({
    client,
    signingNames: ['events'],
    protocol: 'awsJson1_1',
    targetPrefixes: ['AWSEvents'],
    iamPrefix: 'events',
    eventSource: 'events.amazonaws.com',
    errors: ERRORS,
    missingMembers: (_, missing) =>
      invalid(
        `${missing.length} validation error${missing.length === 1 ? '' : 's'} detected: ${missing
          .map((name) => `Value null at '${name}' failed to satisfy constraint: Member must not be null`)
          .join('; ')}`,
      ),
    handlers: {
      ...ruleHandlers(dependencies),
      ...targetHandlers(dependencies),
      ...eventHandlers(dependencies),
      ...busHandlers(dependencies),
      ...tagHandlers(dependencies),
    },
    permissions: PERMISSIONS,
    records: RECORDS,
  });
}
