import { checkBucketName, checkKeyPrefix } from './checks/bucket-name.ts';
import { resolveKey } from './checks/kms-key.ts';
import { checkLogGroup, logGroupTargetOf, noLogGroups, tryLogGroup } from './checks/log-group.ts';
import { topicArnOf } from './checks/topic-name.ts';
import type { TrailsDependencies } from './dependencies.ts';
import { tryBucket, tryTopic } from './preflight.ts';
import type { TrailCall } from './trail-arn.ts';
import {
  checkCombination,
  checkOrganization,
  type SettledTrail,
  settle,
  type TrailSettings,
} from './trail-settings.ts';

/** Lays settings over a trail's present ones and checks all that can be said without asking anybody. */
export function checkSettings(current: SettledTrail, settings: TrailSettings, home: TrailCall): SettledTrail {
  const settled = settle(current, settings);
  checkCombination(settled);
  checkBucketName(settled.s3BucketName);
  if (settled.s3KeyPrefix !== undefined) checkKeyPrefix(settled.s3KeyPrefix);
  const snsTopicArn = settled.snsTopicName === undefined ? undefined : topicArnOf(settled.snsTopicName, home);
  checkOrganization(settled);
  checkLogGroup(settled, home);
  return snsTopicArn === undefined ? settled : { ...settled, snsTopicArn };
}

/**
 * Asks the neighbours in AWS's order: key, bucket (marker, then ACL), topic, log group. A refusal leaves the trail as it was;
 * what was written into bucket and log group before stays, as on AWS.
 */
export async function preflight(
  settled: SettledTrail,
  trailArn: string,
  home: TrailCall,
  { bucket, topic, kms, logGroup }: Pick<TrailsDependencies, 'bucket' | 'topic' | 'kms' | 'logGroup'>,
): Promise<SettledTrail> {
  const source = { trailArn, account: home.account, region: home.region };
  const target = logGroupTargetOf(settled, home);
  if (target && !logGroup) throw noLogGroups();
  const keyed =
    settled.kmsKeyId === undefined
      ? settled
      : { ...settled, kmsKeyId: await resolveKey(settled.kmsKeyId, source, kms) };
  await tryBucket(bucket, keyed, source);
  if (keyed.snsTopicArn !== undefined) await tryTopic(topic, keyed.snsTopicArn, source);
  if (target && logGroup) await tryLogGroup(logGroup, target, source);
  return keyed;
}
