import * as client from '@aws-sdk/client-cloudtrail';
import { defineService, type Handlers, type Permissions, type Service } from '../../aws/index.ts';
import type { CloudTrailDependencies, CloudTrailHandlers } from './dependencies.ts';
import { ERRORS } from './errors.ts';
import { insightHandlers } from './handlers/insights.ts';
import { lookupEvents } from './handlers/lookup-events.ts';
import { listPublicKeys } from './handlers/public-keys.ts';
import { selectorHandlers } from './handlers/selectors.ts';
import { statusHandlers } from './handlers/status.ts';
import { tagHandlers } from './handlers/tags.ts';
import { trailHandlers } from './handlers/trails.ts';
import { PERMISSIONS } from './permissions.ts';
import { RECORDS } from './records.ts';

/**
 * CloudTrail's own API, over the rooms that do the work. All 60 operations of the client package are declared; those
 * without a handler (event data stores, channels, dashboards, queries, organization) answer not implemented.
 */
export function createCloudTrailService(dependencies: CloudTrailDependencies): Service {
  const handlers: CloudTrailHandlers = {
    ...trailHandlers(dependencies),
    ...statusHandlers(dependencies),
    ...selectorHandlers(dependencies),
    ...insightHandlers(dependencies),
    ...tagHandlers(dependencies),
    LookupEvents: lookupEvents(dependencies),
    ListPublicKeys: listPublicKeys(dependencies),
  };
  return defineService({
    client,
    signingNames: ['cloudtrail'],
    protocol: 'awsJson1_1',
    targetPrefixes: ['CloudTrail_20131101'],
    apiVersion: '2013-11-01',
    iamPrefix: 'cloudtrail',
    eventSource: 'cloudtrail.amazonaws.com',
    errors: ERRORS,
    // Typed by the SDK's commands in `dependencies.ts`; the map that the front door keeps has no types.
    handlers: handlers as Handlers<typeof client>,
    permissions: PERMISSIONS as Permissions<typeof client>,
    records: RECORDS,
  });
}
