import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { FakeAws } from '../../clients/fake-aws.ts';
import { HOUR, SignedChain, SigningKey, type Written } from '../../clients/signed-chain.ts';

/** Buckets that answer in ways of their own; a trail is in one when its name ends with `-in-BUCKET`. */
type Oddity = (request: IncomingMessage, region: string, response: ServerResponse) => boolean;

const xml = (response: ServerResponse, status: number, code: string, message: string, more = '') => {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`,
  );
  return true;
};

/** What is wrong with a trail's chain, by the trail's name; other trails have nothing wrong. */
const TAMPERINGS: ReadonlyMap<string, (chain: SignedChain) => void> = new Map([
  ['tampered', (chain) => rewrite(chain, nth(chain, -3), (json) => (json.newestEventTime = 'x'))],
  ['unsigned', (chain) => put(chain, nth(chain, -3), {})],
  ['no-gzip', (chain) => chain.put(nth(chain, -2).key, Buffer.from('no gzip'), { signature: 'aa' })],
  ['hole', (chain) => chain.delete(nth(chain, -4).key)],
  ['cut', (chain) => chain.delete(nth(chain, -1).key)],
  ['emptied', (chain) => chain.buckets.clear()],
  ['changed-log', (chain) => chain.put(chain.logs[3]!, gzipSync('{"Records":[]}'))],
  ['gone-log', (chain) => chain.delete(chain.logs[0]!)],
  ['odd-key', (chain) => chain.put(chain.digestKey(nth(chain, -2).end).replace('_2026', '_| x_2026'), EMPTY)],
]);

const EMPTY = Buffer.alloc(0);

function homeOf(trail: string): string {
  return trail.startsWith('abroad') ? 'us-east-1' : 'eu-west-1';
}

function organizationOf(trail: string): { readonly organization?: string } {
  return trail === 'org' ? { organization: 'o-exampleorgid' } : {};
}

function nth(chain: SignedChain, at: number): Written {
  return chain.digests.at(at)!;
}

function put(chain: SignedChain, { key, content }: Written, metadata: Record<string, string>): void {
  chain.put(key, gzipSync(content), metadata);
}

function rewrite(
  chain: SignedChain,
  written: Written,
  change: (json: Record<string, unknown>) => void,
): void {
  const json = JSON.parse(written.content.toString()) as Record<string, unknown>;
  change(json);
  chain.put(written.key, gzipSync(JSON.stringify(json)), chain.get(written.key).metadata);
}

/** Signed chains of trails in buckets, made when they are first asked for, up to half an hour before a moment. */
export class RecordedChains {
  readonly #fake: FakeAws;
  readonly #newest: number;
  readonly #key = new SigningKey(Date.UTC(2026, 10, 1));
  readonly #stranger = new SigningKey(Date.UTC(2026, 10, 1));
  #asked = 0;
  readonly #oddities: ReadonlyMap<string, Oddity>;

  private constructor(fake: FakeAws, now: number) {
    this.#fake = fake;
    this.#newest = now - HOUR / 2 - 30_000;
    this.#oddities = new Map<string, Oddity>([
      ['forbidden', (_request, _region, response) => xml(response, 403, 'AccessDenied', 'Access Denied')],
      [
        'page',
        (_request, _region, response) => Boolean(response.writeHead(404).end('<html>Not Found</html>')),
      ],
      ['hanging', () => true],
      [
        'elsewhere',
        (_request, region, response) => {
          if (region === 'ap-northeast-1') return false;
          response.setHeader('x-amz-bucket-region', 'ap-northeast-1');
          return xml(response, 301, 'PermanentRedirect', 'The bucket must be addressed elsewhere.');
        },
      ],
      [
        'misplaced',
        (_request, region, response) =>
          region !== 'us-gov-1' &&
          xml(
            response,
            400,
            'AuthorizationHeaderMalformed',
            'the region is wrong',
            '<Region>us-gov-1</Region>',
          ),
      ],
      [
        'busy',
        (_request, _region, response) => ++this.#asked < 3 && xml(response, 503, 'SlowDown', 'Slow down'),
      ],
      [
        'half',
        (request, _region, response) => {
          if (request.url?.includes('list-type')) return false;
          if (!request.url?.includes('20261121T003133Z'))
            return xml(response, 403, 'AccessDenied', 'Access Denied');
          return Boolean(response.writeHead(200).end('no gzip'));
        },
      ],
      [
        'locked',
        (request, _region, response) =>
          !request.url?.includes('list-type') && xml(response, 403, 'AccessDenied', 'Access Denied'),
      ],
    ]);
  }

  static async start(now: number): Promise<RecordedChains> {
    return new RecordedChains(await FakeAws.start(), now);
  }

  get publicKeys(): unknown {
    return { PublicKeyList: [this.#key.wire] };
  }

  async stop(): Promise<void> {
    await this.#fake.stop();
  }

  /** The trail's entry in DescribeTrails, for trails that no other answer names. */
  describe(trail: string): Readonly<Record<string, unknown>> {
    const bucket = /-in-(.+)$/.exec(trail)?.[1] ?? 'trails';
    const home = homeOf(trail);
    const chain = new SignedChain(bucket, this.#key, { trail, home, region: 'eu-west-1' });
    return {
      Name: trail,
      TrailARN: chain.arn,
      HomeRegion: home,
      S3BucketName: bucket,
      IsMultiRegionTrail: true,
      IsOrganizationTrail: trail === 'org',
      LogFileValidationEnabled: !trail.startsWith('switched-off'),
    };
  }

  /** A GET that was signed for S3. */
  answer(request: IncomingMessage, region: string, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.#fake.url);
    const bucket = url.pathname.split('/')[1] ?? '';
    if (this.#oddities.get(bucket)?.(request, region, response)) return;
    if (bucket === 'nowhere') {
      xml(response, 404, 'NoSuchBucket', 'The specified bucket does not exist');
      return;
    }
    if (!this.#fake.buckets.has(bucket)) this.#make(bucket);
    this.#fake.s3(url, response);
  }

  /** All trails of a bucket. */
  #make(bucket: string): void {
    this.#fake.buckets.set(bucket, new Map());
    const own = OWN.get(bucket);
    if (own !== undefined) {
      const place = { account: '111122223333', home: 'eu-west-1', region: 'eu-west-1' };
      this.#add(new SignedChain(bucket, this.#key, { ...place, trail: own }), own);
      return;
    }
    for (const name of bucket === 'trails' ? [...TRAILS, ...TAMPERINGS.keys()] : ['good']) {
      const trail = bucket === 'trails' ? name : `${name}-in-${bucket}`;
      const home = homeOf(name);
      this.#add(
        new SignedChain(bucket, this.#key, { ...organizationOf(name), home, trail, region: 'eu-west-1' }),
        name,
      );
    }
  }

  #add(chain: SignedChain, name: string): void {
    this.#fill(chain, name);
    TAMPERINGS.get(name)?.(chain);
    const objects = this.#fake.buckets.get(chain.bucket);
    for (const [key, object] of chain.buckets.get(chain.bucket) ?? []) objects?.set(key, object);
    for (const { key, end } of chain.digests) this.#fake.modified.set(key, end + 30_000);
  }

  #fill(chain: SignedChain, trail: string): void {
    const hours = (count: number, options = {}) =>
      chain.hours(this.#newest - count * HOUR, count, 2, options);
    if (trail === 'my-trail') hours(26);
    else if (trail === 'abroad-old') chain.hours(this.#newest - 9 * HOUR, 4);
    else if (trail === 'restarted') {
      chain.hours(this.#newest - 6 * HOUR, 2);
      hours(2, { isFirst: true });
    } else if (trail === 'strange-key') hours(5, { key: this.#stranger });
    else hours(5);
  }
}

/** The trails that DescribeTrails lists, by bucket: at home here, in another account than the others. */
const OWN: ReadonlyMap<string, string> = new Map([
  ['logs', 'my-trail'],
  ['logs-2', 'late'],
]);
/** Those that nobody tampered with. */
const TRAILS = ['good', 'abroad', 'abroad-old', 'org', 'restarted', 'strange-key', 'switched-off'];
