/** Ready-made users for `opentrail users create --preset`. */
export type PresetName = 'admin' | 'auditor' | 'ingest' | 'monitoring';

/** What each preset may do, and nothing else. */
const ACTIONS: ReadonlyMap<PresetName, readonly string[]> = new Map<PresetName, readonly string[]>([
  ['admin', ['*']],
  [
    'auditor',
    [
      ...['cloudtrail:LookupEvents', 'cloudtrail:Get*', 'cloudtrail:Describe*', 'cloudtrail:List*'],
      ...['opentrail:Lookup*', 'opentrail:Get*', 'opentrail:List*', 'opentrail:Export*'],
      ...['s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation', 's3:ListAllMyBuckets'],
    ],
  ],
  ['ingest', ['opentrail:PutEvents']],
  [
    'monitoring',
    [
      ...['cloudtrail:GetTrailStatus', 'cloudtrail:LookupEvents'],
      ...['cloudtrail:DescribeTrails', 'cloudtrail:ListPublicKeys'],
    ],
  ],
]);

/** What monitoring may read of buckets: names, and digests, which hold no events. */
const MONITORED_BUCKETS = [
  { Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' },
  { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::*/CloudTrail-Digest/*' },
];

/** All presets there are. */
export const PRESETS: readonly PresetName[] = [...ACTIONS.keys()];

/** The inline policy of a preset. */
export function presetPolicy(preset: PresetName): { readonly name: string; readonly document: string } {
  const first = { Effect: 'Allow', Action: ACTIONS.get(preset), Resource: '*' };
  const statements = preset === 'monitoring' ? [first, ...MONITORED_BUCKETS] : [first];
  return { name: preset, document: JSON.stringify({ Version: '2012-10-17', Statement: statements }) };
}

/**
 * Actions for which `readableAccounts` of an auditor stand for the other account's consent: reading events, trails
 * and log files. A deny in a bucket's policy still wins.
 */
export function isAuditAction(action: string): boolean {
  return /^(?:cloudtrail:(?:Lookup|Get|Describe|List)|opentrail:(?:Lookup|Get|List|Export)|s3:(?:Get|List))/i.test(
    action,
  );
}
