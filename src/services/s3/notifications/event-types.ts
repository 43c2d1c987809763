/** Events that happen to objects of this store. */
const BUILT: ReadonlySet<string> = new Set([
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
]);

/** Events of AWS's that never happen here: no forms, versions, tiers, replication or lifecycle. */
const OTHERS: ReadonlySet<string> = new Set([
  's3:ObjectCreated:Post',
  's3:ObjectRemoved:DeleteMarkerCreated',
  's3:ReducedRedundancyLostObject',
  's3:ObjectRestore:*',
  's3:ObjectRestore:Post',
  's3:ObjectRestore:Completed',
  's3:ObjectRestore:Delete',
  's3:Replication:*',
  's3:Replication:OperationFailedReplication',
  's3:Replication:OperationNotTracked',
  's3:Replication:OperationMissedThreshold',
  's3:Replication:OperationReplicatedAfterThreshold',
  's3:LifecycleTransition',
  's3:IntelligentTiering',
  's3:ObjectAcl:Put',
  's3:LifecycleExpiration:*',
  's3:LifecycleExpiration:Delete',
  's3:LifecycleExpiration:DeleteMarkerCreated',
  's3:ObjectTagging:*',
  's3:ObjectTagging:Put',
  's3:ObjectTagging:Delete',
]);

/** What this store makes of an event's name in a configuration. */
export function judgeEventType(event: string): 'happens' | 'never happens' | 'unknown' {
  if (BUILT.has(event)) return 'happens';
  return OTHERS.has(event) ? 'never happens' : 'unknown';
}

/** Could one event fall under both names? */
export function overlap(one: string, other: string): boolean {
  if (one === other) return true;
  return isWithin(one, other) || isWithin(other, one);
}

function isWithin(event: string, family: string): boolean {
  return family.endsWith('*') && event.startsWith(family.slice(0, -1));
}
