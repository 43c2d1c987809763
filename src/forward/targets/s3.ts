import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { signRequest } from '../../signer/index.ts';
import { type Answer, excerpt, judge, judgeSilence, type Post } from '../post.ts';
import { ALL_IN, type Item, type SendOutcome, type Target } from '../target.ts';
import type { TargetSettings } from './settings.ts';

const compress = promisify(gzip);
const DEFAULT_GATHER = 60_000;

/**
 * A bucket, as CloudTrail itself would fill it: gzip log files at its keys, one for each account, Region and day of a
 * batch; other forms as NDJSON. A key is made of its file's content, so a batch that is sent again writes the same
 * objects again. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export function s3(
  settings: TargetSettings & { readonly isRaw: boolean },
  post: Post,
  now: () => number,
): Target {
  const base = settings.url.replace(/\/+$/, '');
  const { isRaw, gather = DEFAULT_GATHER } = settings;

  async function put(key: string, body: Buffer): Promise<Answer> {
    const url = new URL(`${base}/${key}`);
    const headers = {
      'content-type': isRaw ? 'application/json' : 'application/x-ndjson',
      // As CloudTrail's own log files have it.
      'content-encoding': 'gzip',
    };
    const signed = signRequest({
      ...{ method: 'PUT', url, body, headers, service: 's3', now: now() },
      credentials: { accessKeyId: settings.user ?? '', secretAccessKey: settings.secret },
      region: settings.region ?? 'us-east-1',
    });
    return await post(url.href, signed, body, { method: 'PUT' });
  }

  return {
    maxItems: 10_000,
    maxBytes: 8_000_000,
    maxItemBytes: 4_000_000,
    delay: gather,
    isStaged: true,
    encode: (event) => Buffer.from(settings.form(event)),
    async send(items) {
      for (const [place, group] of byPlace(items)) {
        const text = isRaw ? logFile(group) : lines(group);
        const key = keyOf(place, text, isRaw);
        try {
          const outcome = judgeBucket(await put(key, await compress(text)));
          if (outcome) return outcome;
        } catch (error) {
          return judgeSilence(error);
        }
      }
      return ALL_IN;
    },
    close: () => undefined,
  };
}

/** What has to be put right at the bucket gives no event up. */
function judgeBucket(answer: Answer): SendOutcome | undefined {
  const outcome = judge(answer);
  if (outcome?.kind !== 'split') return outcome;
  return { kind: 'locked', reason: `the bucket answered ${answer.status}: ${excerpt(answer.body)}` };
}

/** Where a file belongs, and when the first of its events was. */
interface Place {
  readonly account: string;
  readonly region: string;
  readonly time: number;
}

function byPlace(items: readonly Item[]): ReadonlyMap<Place, readonly Item[]> {
  const places = new Map<string, { place: Place; group: Item[] }>();
  for (const item of items) {
    const { account, region, time } = item.event;
    const key = JSON.stringify([account, region, Math.floor(time / 86_400_000)]);
    const known = places.get(key);
    if (known) known.group.push(item);
    else places.set(key, { place: { account, region, time }, group: [item] });
  }
  return new Map([...places.values()].map(({ place, group }) => [place, group]));
}

function logFile(items: readonly Item[]): Buffer {
  const parts: Buffer[] = [Buffer.from('{"Records":[')];
  for (const [at, { body }] of items.entries()) {
    if (at > 0) parts.push(Buffer.from(','));
    parts.push(body);
  }
  parts.push(Buffer.from(']}'));
  return Buffer.concat(parts);
}

function lines(items: readonly Item[]): Buffer {
  return Buffer.concat(items.flatMap(({ body }) => [body, Buffer.from('\n')]));
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html#cloudtrail-log-filename-format */
function keyOf(place: Place, text: Buffer, isRaw: boolean): string {
  // Records name these: they stand in a key only as far as they are such names.
  const account = safe(place.account) || 'unknown';
  const region = safe(place.region) || 'unknown';
  const time = new Date(place.time).toISOString();
  const minute = `${time.slice(0, 16).replace(/[-:]/g, '')}Z`;
  const unique = createHash('sha256').update(text).digest('base64').replace(/[+/=]/g, '').slice(0, 16);
  const folder = `AWSLogs/${account}/CloudTrail/${region}/${time.slice(0, 10).replaceAll('-', '/')}`;
  return `${folder}/${account}_CloudTrail_${region}_${minute}_${unique}.${isRaw ? 'json' : 'ndjson'}.gz`;
}

function safe(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, '').slice(0, 32);
}
