import { OCSF_CLASSES } from '../../src/sources/normalise/index.ts';

/** Names, in the schema, of the classes that the view makes. */
export const REACHED_CLASSES: ReadonlyMap<number, string> = new Map([
  [OCSF_CLASSES.detectionFinding.uid, 'detection_finding'],
  [OCSF_CLASSES.accountChange.uid, 'account_change'],
  [OCSF_CLASSES.authentication.uid, 'authentication'],
  [OCSF_CLASSES.entityManagement.uid, 'entity_management'],
  [OCSF_CLASSES.groupManagement.uid, 'group_management'],
  [OCSF_CLASSES.apiActivity.uid, 'api_activity'],
]);

/** Objects that stand in the view. One that is missing here is refused wherever it stands. */
export const REACHED_OBJECTS: readonly string[] = [
  ...['account', 'actor', 'api', 'autonomous_system', 'cloud', 'enrichment', 'feature', 'finding_info'],
  ...[
    'group',
    'http_request',
    'idp',
    'location',
    'managed_entity',
    'metadata',
    'network_endpoint',
    'policy',
    'product',
  ],
  ...['request', 'resource_details', 'response', 'service', 'session', 'user'],
];

/** Profiles that the view says. */
export const REACHED_PROFILES: readonly string[] = ['cloud'];
