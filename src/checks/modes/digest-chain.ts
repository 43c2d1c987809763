import {
  type Answer,
  type BucketReader,
  type ChainName,
  createLogInspector,
  type Finding,
  type LogInspector,
  NoPublicKeys,
  type TrailStatus,
  timeOfKey,
  verifyChain,
} from '../../digest/verify/index.ts';
import { CheckFailure } from '../failure.ts';
import type { ChainProblems } from './chain-problems.ts';
import type { ModeContext } from './mode.ts';
import type { CheckedTrail } from './trails-to-check.ts';

const HOUR = 3_600_000;

/** Which part of a trail's chain to look at, and how closely. */
export interface ChainQuestion {
  /** Back from now. */
  readonly hours: number;
  /** Read every log file that the digests list, too. */
  readonly withLogs: boolean;
  /** Of an organization's trail: whose chain; without it that of the trail's owner. */
  readonly account: string | undefined;
  readonly reader: BucketReader;
  /** Takes in what is found, while it is found. */
  readonly found: ChainProblems;
}

/**
 * Verifies a trail's digests of the last hours, those of the Region that is asked: signatures, links, and that none is
 * missing. Answers whether there can be a chain: without any key there cannot.
 *
 * @throws CheckFailure when the trail, the keys or the bucket cannot be read
 */
export async function checkChain(
  { options, source, now }: ModeContext,
  trail: CheckedTrail,
  question: ChainQuestion,
): Promise<boolean> {
  const { hours, withLogs, reader, found } = question;
  const api = await source();
  const place = await placeOf(trail, options.text('region')!, question);
  const { status } = trail;
  const isHome = question.account === undefined && place.chain.sourceRegion === place.chain.homeRegion;
  try {
    const { findings } = await verifyChain(
      {
        ...place,
        start: now() - hours * HOUR,
        ...{ end: now(), now: now() },
        reader,
        keys: { keysBetween: async (start, end) => await api.publicKeys(wholeSeconds(start, end)) },
        logs: withLogs ? contentInspector(reader) : { inspect: async () => [] },
        reach: withLogs ? 'listed-logs' : 'digests',
        status: statusOf(status, isHome),
      },
      async (answer) => note(found, answer),
    );
    for (const finding of findings) noteFinding(found, finding, isHome);
    return true;
  } catch (error) {
    if (!(error instanceof NoPublicKeys)) throw error;
    if (status.LatestDigestDeliveryTime === undefined) return false;
    throw new CheckFailure(`error: there are no public keys for the last ${hours} hours`);
  }
}

/** The chain's name and where it lies. */
async function placeOf(
  { name, description }: CheckedTrail,
  region: string,
  { account, reader }: ChainQuestion,
): Promise<{ readonly chain: ChainName; readonly bucket: string; readonly prefix?: string }> {
  const [, homeRegion, owner, trailName] =
    /^arn:[^:]+:cloudtrail:([^:]+):(\d{12}):trail\/(.+)$/.exec(description?.TrailARN ?? '') ?? [];
  const bucket = description?.S3BucketName;
  if (!homeRegion || !owner || !trailName || !bucket)
    throw new CheckFailure(`error: DescribeTrails does not tell where the trail '${name}' delivers to`);
  const prefix = description.S3KeyPrefix;
  const chain = { account: account ?? owner, trailName, homeRegion, sourceRegion: region };
  const place = { bucket, ...(prefix && { prefix }) };
  if (description.IsOrganizationTrail !== true) return { chain, ...place };
  return { chain: { ...chain, organizationId: await organizationIn(reader, bucket, prefix) }, ...place };
}

/** The organization's id stands in the keys; another one that somebody writes there fits no signature. */
async function organizationIn(
  reader: BucketReader,
  bucket: string,
  prefix: string | undefined,
): Promise<string> {
  const folder = `${prefix ? `${prefix}/` : ''}AWSLogs/o-`;
  for await (const page of reader.list(bucket, folder, '')) {
    const id = page[0]?.key.slice(folder.length - 2).split('/')[0];
    if (id) return id;
  }
  throw new CheckFailure(`error: s3://${bucket} holds nothing of an organization`);
}

/** Reads log files for their hash only: what is in them is not kept. */
function contentInspector(reader: BucketReader): LogInspector {
  const inspector = createLogInspector(reader);
  return {
    async inspect(logs) {
      const verdicts = await inspector.inspect(logs);
      return verdicts.map((verdict) => ({ ...verdict, eventIds: new Uint32Array() }));
    },
  };
}

const LOG_WORDS = {
  mismatch: "hash value doesn't match",
  missing: 'not found',
  format: 'invalid format',
} as const;

function note(found: ChainProblems, answer: Answer): void {
  switch (answer.kind) {
    case 'digest':
      found.digest(answer.digest.end);
      break;
    case 'invalid':
      found.invalidDigest(
        timeOfKey(answer.key),
        answer.problem.message,
        `s3://${answer.bucket}/${answer.key}`,
      );
      break;
    case 'gap':
      found.gap(answer.since, answer.until);
      break;
    case 'log':
      if (answer.status === 'valid') found.log();
      else found.invalidLog(LOG_WORDS[answer.status], `s3://${answer.log.bucket}/${answer.log.key}`);
      break;
    case 'log-unreadable':
      found.invalidLog('an entry of the digest names none', undefined);
  }
}

/** What the walk has told already, and what the thresholds of the age judge, is left out. */
function noteFinding(found: ChainProblems, { code, severity, message }: Finding, isHome: boolean): void {
  if ((code === 'tail-old' || code === 'no-digests') && severity === 'warning' && isHome) return;
  if ((code === 'digests-missing' || code === 'no-digests') && found.invalidDigests > 0) return;
  found.finding(severity === 'error' ? 'CRITICAL' : 'WARNING', message);
}

/** When the latest digest came, the service tells of one chain only: not of other accounts', and not of each Region's. */
function statusOf(status: CheckedTrail['status'], isHome: boolean): TrailStatus {
  const { IsLogging, LatestDigestDeliveryTime: delivered, StopLoggingTime: stopped } = status;
  return {
    ...(IsLogging !== undefined && { isLogging: IsLogging }),
    ...(isHome && delivered !== undefined && { latestDigestDelivery: delivered * 1000 }),
    ...(stopped !== undefined && { stoppedAt: stopped * 1000 }),
  };
}

function wholeSeconds(start: number, end: number): { readonly start: number; readonly end: number } {
  return { start: Math.floor(start / 1000), end: Math.ceil(end / 1000) };
}
