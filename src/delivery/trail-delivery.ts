import { withFiles } from '../digest/index.ts';
import type { CloudTrailRecord } from '../event/index.ts';
import type { Journal, JournalEvent, JournalPosition } from '../journal/index.ts';
import {
  compileRule,
  decideEarly,
  type LoggingSpan,
  type Trail,
  type TrailBucket,
  type TrailTopic,
} from '../trails/index.ts';
import type { DeliveryRecord, StagedFile } from './delivery-state.ts';
import { sessionOf } from './digests/digest-runner.ts';
import { forEachParallel } from './parallel.ts';
import {
  afterAttempt,
  failureCode,
  mayMove,
  sourceOf,
  targetOf,
  triedAgain,
  worstFailure,
} from './put-failure.ts';
import { cutLogFiles, deliverySlot, type LogFile } from './s3/log-file.ts';
import { putLogFile } from './s3/put-log-file.ts';

/** How much of the journal one delivery reads: bounds its memory, and stays below the largest log file. */
const RANGE_BYTES = 16 << 20;

/** Deliver without waiting for the interval once this much has piled up. */
export const EARLY_BYTES = 32 << 20;

/** How long an undeliverable event is kept: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html */
const RETRY_TIME = 30 * 86_400_000;

/** Files of one range that are put side by side. */
const PARALLEL_PUTS = 4;

/** How far a trail may go now, and what it needs of the house. */
export interface TrailDeliveryDependencies {
  readonly journal: Journal;
  readonly bucket: TrailBucket;
  readonly topic: TrailTopic;
  readonly now: () => number;
  /** Closes the open span of a trail whose StopLogging was called. */
  readonly closeSpan: (uid: string, to: number) => Promise<void>;
  /** Forgets spans that end at or before `before`. */
  readonly dropSpans: (uid: string, before: number) => Promise<void>;
}

/**
 * Carries one trail forward by one journal range: cut → stage → PUT → commit → announce. Normal running and recovery
 * are this same function: a stage that is found is finished first. Answers false when there is nothing to do.
 * @throws TrailBucketError when the bucket did not take a file; nothing is lost, call again.
 */
export async function deliverNext(
  trail: Trail,
  record: DeliveryRecord,
  dependencies: TrailDeliveryDependencies,
): Promise<boolean> {
  if (record.value.stage) return finishStage(trail, record, dependencies);

  const { journal, now } = dependencies;
  const cursor = record.value.cursor;
  if (trail.spans.some(({ to }) => to !== null && to <= cursor.seq) && !record.value.retired) {
    await dependencies.dropSpans(trail.uid, cursor.seq);
    return true;
  }
  const span = trail.spans.find(({ to }) => to === null || to > cursor.seq);
  if (!span) return false;
  if (span.to === null && span.stopRequested) {
    await dependencies.closeSpan(trail.uid, Math.max(journal.head().seq, span.from));
    return true;
  }
  const range = await journal.read(Math.max(cursor.seq, span.from), {
    maxBytes: RANGE_BYTES,
    ...(span.to === null ? {} : { to: span.to }),
  });
  if (range.events.length === 0) {
    if (span.to === null) return false;
    record.advance({ cursor: { seq: span.to, bytes: range.next.bytes } });
    return true;
  }
  if (await dropExpired(range.events, range.next, record, now())) return true;
  const slot = deliverySlot(now());
  const files = cutLogFiles(matching(range.events, span), { uid: trail.uid, ...targetOf(trail) }, slot);
  if (files.length === 0) {
    record.advance({ cursor: range.next });
    return true;
  }
  const stage = { from: range.from, next: range.next, spanFrom: span.from, slot, ...targetOf(trail) };
  await record.save({ stage: { ...stage, files: files.map(withoutBody) } });
  await putAndCommit(trail, record, files, dependencies);
  await announce(trail, record, dependencies);
  return true;
}

function matching(events: readonly JournalEvent[], span: LoggingSpan): JournalEvent[] {
  const early = decideEarly(span.rule);
  const matches = compileRule(span.rule);
  return events.filter(
    (event) => early(event) ?? matches(JSON.parse(event.raw.toString()) as CloudTrailRecord, event),
  );
}

function withoutBody({ body: _body, ...file }: LogFile): StagedFile {
  return file;
}

/** Cuts the staged range again, which gives the same files, and delivers those that are not done. */
async function finishStage(
  trail: Trail,
  record: DeliveryRecord,
  dependencies: TrailDeliveryDependencies,
): Promise<boolean> {
  const stage = record.value.stage!;
  const range = await dependencies.journal.read(stage.from.seq, {
    maxBytes: Number.POSITIVE_INFINITY,
    to: stage.next.seq,
  });
  if (await dropExpired(range.events, stage.next, record, dependencies.now())) return true;
  const span = trail.spans.find(({ from }) => from === stage.spanFrom);
  const events = span ? matching(range.events, span) : [];
  const files = cutLogFiles(events, { uid: trail.uid, prefix: stage.prefix }, stage.slot);
  const staged = new Map(stage.files.map((file) => [file.sha256, file]));
  if (files.length !== staged.size || !files.every(({ sha256 }) => staged.has(sha256))) {
    throw new Error(`delivery: the staged files of ${trail.arn} cannot be made again; run fsck`);
  }
  const bodies = new Map(files.map(({ sha256, body }) => [sha256, body]));
  const moved = stage.files.map((file) => movedFile(file, trail, dependencies.now()));
  if (moved.some((file, index) => file !== stage.files[index])) {
    await record.save({ stage: { ...stage, files: moved } });
  }
  const rest = moved
    .filter(({ done }) => !done)
    .map((file): LogFile => ({ ...file, body: bodies.get(file.sha256)! }));
  await putAndCommit(trail, record, rest, dependencies);
  await announce(trail, record, dependencies);
  return true;
}

/** What its bucket refused goes to the bucket that the trail has now, under the key that it has there. */
function movedFile(file: StagedFile, trail: Trail, now: number): StagedFile {
  if (file.done) return file;
  if (!mayMove(file, now)) return triedAgain(file, now);
  const { refused: _answered, unsure: _forgotten, ...rest } = file;
  const { bucket, prefix } = targetOf(trail);
  const key = file.key.slice(file.key.lastIndexOf('AWSLogs/'));
  return { ...rest, bucket, key: prefix === undefined ? key : `${prefix}/${key}` };
}

async function putAndCommit(
  trail: Trail,
  record: DeliveryRecord,
  files: readonly LogFile[],
  { bucket, now }: TrailDeliveryDependencies,
): Promise<void> {
  const stage = record.value.stage!;
  const source = sourceOf(trail);
  const started = now();
  const put = new Map<string, number>();
  const failures = await forEachParallel(files, PARALLEL_PUTS, async (file) => {
    const place = file.bucket ?? stage.bucket;
    put.set(file.sha256, await putLogFile(bucket, place, file, source, trail.kmsKeyId));
  });
  if (failures.size > 0) {
    const failure = worstFailure(failures);
    const bySha256 = new Map([...failures].map(([{ sha256 }, error]) => [sha256, error]));
    await record.save({
      stage: {
        ...stage,
        files: stage.files.map((file) => {
          if (file.done || put.has(file.sha256)) return { ...file, done: true };
          return afterAttempt(file, bySha256.get(file.sha256), failure, started);
        }),
      },
      status: {
        ...record.value.status,
        latestDeliveryAttemptTime: started,
        latestDeliveryError: failureCode(failure),
      },
    });
    throw failure;
  }
  const { latestDeliveryError: _gone, ...status } = record.value.status;
  const time = now();
  const { delivered, digest, notices } = record.value;
  const session = sessionOf(trail, stage.spanFrom);
  const listed = stage.files.map((file) => listedFile(file, stage.bucket, time));
  await record.save({
    cursor: stage.next,
    stage: undefined,
    status: { ...status, latestDeliveryTime: time, latestDeliveryAttemptTime: time },
    notices: trail.snsTopicArn
      ? [...notices, ...listed.map(({ bucket, key }) => ({ bucket, key }))]
      : notices,
    ...(digest && { digest: withFiles(digest, session, listed) }),
    delivered: {
      files: delivered.files + stage.files.length,
      events: delivered.events + stage.files.reduce((sum, file) => sum + file.events, 0),
      bytes: delivered.bytes + [...put.values()].reduce((a, b) => a + b, 0),
    },
  });
}

/** A delivered file as its digest will tell of it. */
function listedFile(file: StagedFile, stageBucket: string, at: number) {
  const { account, region, bucket = stageBucket, key, sha256, oldest, newest } = file;
  return { account, region, bucket, key, sha256, oldest, newest, at };
}

/** Events that could not be delivered for 30 days are given up, and counted. */
async function dropExpired(
  events: readonly JournalEvent[],
  next: JournalPosition,
  record: DeliveryRecord,
  now: number,
): Promise<boolean> {
  if (!record.value.status.latestDeliveryError || events.at(-1)!.acceptedAt > now - RETRY_TIME) return false;
  const { dropped } = record.value;
  await record.save({
    cursor: next,
    stage: undefined,
    dropped: { ...dropped, expired: (dropped.expired ?? 0) + events.length },
  });
  return true;
}

/** Tells the topic of files that stand in the bucket; what fails is kept and told with the next delivery. */
export async function announce(
  trail: Trail,
  record: DeliveryRecord,
  { topic, now }: TrailDeliveryDependencies,
): Promise<void> {
  const { notices } = record.value;
  if (notices.length === 0) return;
  if (!trail.snsTopicArn) return record.save({ notices: [] });
  let told = 0;
  let failure: string | undefined;
  for (const { bucket, key } of notices) {
    try {
      await topic.publish(
        trail.snsTopicArn,
        JSON.stringify({ s3Bucket: bucket, s3ObjectKey: [key] }),
        sourceOf(trail),
      );
      told++;
    } catch (error) {
      failure = (error as { code?: string }).code ?? 'InternalError';
      break;
    }
  }
  const time = now();
  const { latestNotificationError: _gone, ...status } = record.value.status;
  await record.save({
    notices: notices.slice(told).slice(-MAX_NOTICES),
    status: {
      ...status,
      latestNotificationAttemptTime: time,
      ...(told > 0 ? { latestNotificationTime: time } : {}),
      ...(failure === undefined ? {} : { latestNotificationError: failure }),
    },
  });
}

/** A topic that is gone for weeks must not make the state grow without an end; the files themselves are there. */
const MAX_NOTICES = 1_000;
