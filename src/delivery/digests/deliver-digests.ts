import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  afterDelivery,
  type DeliveredDigest,
  type DigestHead,
  type DigestSession,
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
import {
  afterAttempt,
  failureCode,
  mayMove,
  sourceOf,
  targetOf,
  triedAgain,
  worstFailure,
} from '../put-failure.ts';

const compress = promisify(gzip);

const PARALLEL_PUTS = 4;

/** What digests need of the house. */
export interface DigestDependencies {
  readonly keys: KeyRing;
  /** Milliseconds between two digests of a chain; an hour as on AWS. */
  readonly interval: number;
  readonly bucket: TrailBucket;
  readonly now: () => number;
  /** Told of each digest after its commit. */
  readonly onHead?: ((head: DigestHead) => void) | undefined;
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
  if (failures.size === 0) {
    await record.save({ digest, status: { ...status, ...time } });
    tellHeads(trail, stage, delivered, dependencies);
    return true;
  }
  const failure = worstFailure(failures);
  const left = digest.stage!.members.map((member) =>
    afterAttempt(member, failures.get(member), failure, dependencies.now()),
  );
  await record.save({
    digest: { ...digest, stage: { ...digest.stage!, members: left } },
    status: { ...status, ...time, latestDigestDeliveryError: failureCode(failure) },
  });
  tellHeads(trail, stage, delivered, dependencies);
  throw failure;
}

function tellHeads(
  trail: Trail,
  { end, kind }: DigestStage,
  delivered: readonly DeliveredDigest[],
  { onHead }: DigestDependencies,
): void {
  // Backfill digests are no part of the chain whose end an anchor proves.
  if (!onHead || kind === 'backfill') return;
  for (const { member, link } of delivered) {
    onHead({ trailArn: trail.arn, account: member.account, region: member.region, ...link, end });
  }
}

/** The stage to work on: the one that is there, with what no longer holds renewed; else one for what is due now. */
async function readyStage(
  trail: Trail,
  record: DeliveryRecord,
  dependencies: DigestDependencies,
): Promise<DigestStage | undefined> {
  const digest = record.value.digest ?? NO_DIGESTS;
  const session = digest.sessions[0];
  if (!session) return undefined;
  const found = digest.stage;
  const stage = found
    ? await renewed(found, trail, dependencies)
    : await newStage(session, trail, dependencies);
  if (stage && stage !== found) await record.save({ digest: { ...digest, stage } });
  return stage;
}

async function newStage(
  session: DigestSession,
  trail: Trail,
  { keys, interval, now }: DigestDependencies,
): Promise<DigestStage | undefined> {
  const due = dueDigests(session, now(), interval);
  if (!due) return undefined;
  const { kind, start, end, chains } = due;
  const generated = kind === 'backfill' ? now() : undefined;
  const members: StagedDigest[] = [];
  for (const chain of chains) {
    const { account, region } = chain;
    const { fingerprint } = await keys.signer(region, generated ?? end);
    members.push({ account, region, files: filesUntil(chain, kind, end), fingerprint, ...targetOf(trail) });
  }
  return { kind, start, end, ...(generated !== undefined && { generated }), members };
}

/** A key may have been rotated since, or its file lost; and what a bucket refused goes to the one that the trail has now. */
async function renewed(
  stage: DigestStage,
  trail: Trail,
  { keys, now }: DigestDependencies,
): Promise<DigestStage> {
  let changed = false;
  const members: StagedDigest[] = [];
  for (const member of stage.members) {
    let next = triedAgain(member, now());
    if (mayMove(member, now())) {
      const { refused: _answered, unsure: _forgotten, prefix: _before, ...rest } = member;
      next = { ...rest, ...targetOf(trail) };
    }
    if (!(await keys.signerNamed(next.region, next.fingerprint))) {
      const { fingerprint } = await keys.signer(next.region, stage.generated ?? stage.end);
      next = { ...next, fingerprint };
    }
    changed ||= next !== member;
    members.push(next);
  }
  return changed ? { ...stage, members } : stage;
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
        bucket: member.bucket,
        ...(member.prefix !== undefined && { prefix: member.prefix }),
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
      bucket: member.bucket,
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
