import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  afterDelivery,
  type DeliveredDigest,
  type DigestStage,
  dueDigests,
  filesUntil,
  isOf,
  type KeyRing,
  makeDigestFile,
  NO_DIGESTS,
  type StagedDigest,
} from '../../digest/index.ts';
import type { Trail, TrailBucket } from '../../trails/index.ts';
import type { DeliveryRecord } from '../delivery-state.ts';
import { forEachParallel } from '../parallel.ts';
import { failureCode, isRefusal, sourceOf, targetOf, worstFailure } from '../put-failure.ts';

const compress = promisify(gzip);

const PARALLEL_PUTS = 4;

/** What digests need of the house. */
export interface DigestDependencies {
  readonly keys: KeyRing;
  /** Milliseconds between two digests of a chain; an hour as on AWS. */
  readonly interval: number;
  readonly bucket: TrailBucket;
  readonly now: () => number;
}

/**
 * Delivers the next digests of a trail that are due, one for each of its chains: stage → PUT → commit. Normal running
 * and recovery are this same function: a stage that is found is finished first, and makes the same bytes again. Answers
 * false when nothing was due. Never at the same time as a delivery of the same trail.
 * @throws TrailBucketError when the bucket did not take one; what it took is committed, call again for the rest.
 */
export async function deliverDigests(
  trail: Trail,
  record: DeliveryRecord,
  dependencies: DigestDependencies,
): Promise<boolean> {
  const stage = await readyStage(trail, record, dependencies);
  if (!stage) return false;
  const delivered: DeliveredDigest[] = [];
  const failures = await forEachParallel(stage.members, PARALLEL_PUTS, async (member) => {
    delivered.push(await put(trail, record, stage, member, dependencies));
  });
  const digest = afterDelivery(record.value.digest!, stage, delivered);
  const { latestDigestDeliveryError: _gone, ...status } = record.value.status;
  const time = delivered.length > 0 ? { latestDigestDeliveryTime: dependencies.now() } : {};
  if (failures.length === 0) {
    await record.save({ digest, status: { ...status, ...time } });
    return true;
  }
  const failure = worstFailure(failures);
  await record.save({
    digest: { ...digest, stage: { ...digest.stage!, refused: isRefusal(failure) } },
    status: { ...status, ...time, latestDigestDeliveryError: failureCode(failure) },
  });
  throw failure;
}

/** The stage to work on: the one that is there, with what no longer holds renewed; else one for what is due now. */
async function readyStage(
  trail: Trail,
  record: DeliveryRecord,
  { keys, interval, now }: DigestDependencies,
): Promise<DigestStage | undefined> {
  const digest = record.value.digest ?? NO_DIGESTS;
  const session = digest.sessions[0];
  if (!session) return undefined;

  const found = digest.stage;
  if (found && !found.refused && (await canSign(found, keys))) return found;
  const due = found ?? dueDigests(session, now(), interval);
  if (!due) return undefined;
  const { kind, start, end } = due;
  const generated = kind === 'backfill' ? (found?.generated ?? now()) : undefined;
  const members: StagedDigest[] = [];
  for (const { account, region } of 'members' in due ? due.members : due.chains) {
    const chain = session.chains.find(isOf({ account, region }))!;
    const { fingerprint } = await keys.signer(region, generated ?? end);
    members.push({ account, region, files: filesUntil(chain, kind, end), fingerprint });
  }
  const target = found && !found.refused ? { bucket: found.bucket, prefix: found.prefix } : targetOf(trail);
  const stage: DigestStage = {
    kind,
    start,
    end,
    bucket: target.bucket,
    ...(target.prefix !== undefined && { prefix: target.prefix }),
    ...(generated !== undefined && { generated }),
    members,
  };
  await record.save({ digest: { ...digest, stage } });
  return stage;
}

/** A key may have been rotated, or its file lost, since the stage was written. */
async function canSign(stage: DigestStage, keys: KeyRing): Promise<boolean> {
  for (const { region, fingerprint } of stage.members) {
    if (!(await keys.signerNamed(region, fingerprint))) return false;
  }
  return true;
}

async function put(
  trail: Trail,
  record: DeliveryRecord,
  stage: DigestStage,
  member: StagedDigest,
  { keys, bucket }: DigestDependencies,
): Promise<DeliveredDigest> {
  const chain = record.value.digest!.sessions[0]!.chains.find(isOf(member))!;
  const signer = await keys.signerNamed(member.region, member.fingerprint);
  if (!signer) throw new Error(`digest: the key ${member.fingerprint} of ${member.region} is gone`);
  const previous =
    stage.kind === 'first' ? undefined : stage.kind === 'backfill' ? chain.backfillHead : chain.head;
  const file = await makeDigestFile(
    {
      place: {
        account: member.account,
        region: member.region,
        trailName: trail.name,
        homeRegion: trail.homeRegion,
        bucket: stage.bucket,
        ...(stage.prefix !== undefined && { prefix: stage.prefix }),
        end: stage.end,
        ...(stage.kind === 'backfill' && { backfill: true }),
      },
      start: stage.start,
      ...(previous && { previous }),
      files: chain.files.slice(0, member.files),
      ...(stage.generated !== undefined && { generated: stage.generated }),
    },
    signer,
  );
  await bucket.putObject(
    {
      bucket: stage.bucket,
      key: file.link.key,
      body: await compress(file.body),
      contentType: 'application/json',
      contentEncoding: 'gzip',
      metadata: file.metadata,
      ...(trail.kmsKeyId === undefined ? {} : { kmsKeyId: trail.kmsKeyId }),
    },
    sourceOf(trail),
  );
  return { member, link: file.link };
}
