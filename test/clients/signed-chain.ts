import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/** An object as a test puts it into a bucket. */
export interface ChainObject {
  readonly bytes: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A public key in the form of ListPublicKeys, times in seconds. */
export interface WireKey {
  readonly Value: string;
  readonly Fingerprint: string;
  readonly ValidityStartTime: number;
  readonly ValidityEndTime: number;
}

/** A key that signs digests. */
export class SigningKey {
  readonly #key: KeyObject;
  readonly wire: WireKey;

  constructor(from = Date.UTC(2026, 9, 20), days = 30) {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#key = pair.privateKey;
    const der = pair.publicKey.export({ format: 'der', type: 'pkcs1' });
    this.wire = {
      Value: der.toString('base64'),
      Fingerprint: createHash('md5').update(der).digest('hex'),
      ValidityStartTime: from / 1000,
      ValidityEndTime: from / 1000 + days * 86_400,
    };
  }

  sign(text: string, hash = 'RSA-SHA256'): string {
    return sign(hash, Buffer.from(text), this.#key).toString('hex');
  }
}

export const HOUR = 3_600_000;
export const iso = (time: number) => `${new Date(time).toISOString().slice(0, 19)}Z`;
export const stamp = (time: number) => iso(time).replaceAll(/[-:]/g, '');
export const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** The members of a digest, as AWS orders them. */
export type DigestJson = Record<string, unknown> & { logFiles: Record<string, unknown>[] };

/** What is not the usual about a digest. */
export interface DigestOptions {
  readonly logs?: readonly string[];
  readonly bucket?: string;
  readonly prefix?: string;
  readonly key?: SigningKey;
  /** Breaks the chain: this digest is the first of a new one. */
  readonly isFirst?: boolean;
  readonly backfill?: boolean;
  readonly hash?: string;
  readonly start?: number;
  readonly change?: (json: DigestJson) => void;
  /** Sign with this predecessor instead of the last one. */
  readonly previous?: Written;
}

/** A digest that was written. */
export interface Written {
  readonly bucket: string;
  readonly key: string;
  readonly content: Buffer;
  readonly signature: string;
  readonly end: number;
}

/** Writes log files and signed digests of one trail by CloudTrail's rules into maps that a test may then tamper with. */
export class SignedChain {
  readonly account: string;
  readonly home: string;
  readonly bucket: string;
  readonly region: string;
  readonly trail: string;
  readonly key: SigningKey;
  /** By bucket and key. */
  readonly buckets = new Map<string, Map<string, ChainObject>>();
  readonly digests: Written[] = [];
  readonly logs: string[] = [];
  last: Written | undefined;
  readonly #folder: string;
  #events = 0;

  constructor(
    bucket: string,
    key: SigningKey,
    options: {
      readonly region?: string;
      readonly trail?: string;
      readonly account?: string;
      readonly home?: string;
      /** Makes it the chain of an organization's trail. */
      readonly organization?: string;
    } = {},
  ) {
    this.account = options.account ?? '123456789012';
    this.#folder = `${options.organization ? `${options.organization}/` : ''}${this.account}`;
    this.home = options.home ?? 'us-east-1';
    this.bucket = bucket;
    this.key = key;
    this.region = options.region ?? 'us-east-1';
    this.trail = options.trail ?? 't1';
  }

  get arn(): string {
    return `arn:aws:cloudtrail:${this.home}:${this.account}:trail/${this.trail}`;
  }

  put(
    key: string,
    bytes: Buffer,
    metadata: Readonly<Record<string, string>> = {},
    bucket = this.bucket,
  ): void {
    const objects = this.buckets.get(bucket) ?? new Map<string, ChainObject>();
    objects.set(key, { bytes, metadata });
    this.buckets.set(bucket, objects);
  }

  get(key: string, bucket = this.bucket): ChainObject {
    const object = this.buckets.get(bucket)?.get(key);
    if (!object) throw new Error(`no ${key}`);
    return object;
  }

  delete(key: string, bucket = this.bucket): void {
    this.buckets.get(bucket)?.delete(key);
  }

  /** Writes a log file delivered at `time`; answers with its key. */
  log(
    time: number,
    options: {
      readonly bucket?: string;
      readonly prefix?: string;
      readonly ids?: readonly string[];
      readonly records?: number;
    } = {},
  ): string {
    const { bucket = this.bucket, prefix = '', records = 3 } = options;
    const ids = options.ids ?? Array.from({ length: records }, () => this.eventId());
    const body = JSON.stringify({
      Records: ids.map((eventID) => ({
        eventVersion: '1.11',
        eventTime: iso(time - 60_000),
        eventSource: 's3.amazonaws.com',
        eventName: 'GetObject',
        awsRegion: this.region,
        eventID,
        requestParameters: { note: `made up ${eventID}`.repeat(3) },
      })),
    });
    const unique = sha256(`${this.logs.length} ${time} ${this.trail}`).slice(0, 16);
    const key = `${prefix}AWSLogs/${this.#folder}/CloudTrail/${this.region}/${iso(time).slice(0, 10).replaceAll('-', '/')}/${this.account}_CloudTrail_${this.region}_${stamp(time).slice(0, 13)}Z_${unique}.json.gz`;
    this.put(key, gzipSync(body), {}, bucket);
    this.logs.push(key);
    return key;
  }

  eventId(): string {
    const hex = sha256(`event ${this.trail} ${this.#events++}`);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  digestKey(end: number, options: DigestOptions = {}): string {
    const { account, region } = this;
    const suffix = options.backfill ? '_backfill' : '';
    return `${options.prefix ?? ''}AWSLogs/${this.#folder}/CloudTrail-Digest/${region}/${iso(end).slice(0, 10).replaceAll('-', '/')}/${account}_CloudTrail-Digest_${region}_${this.trail}_${this.home}_${stamp(end)}${suffix}.json.gz`;
  }

  /** Writes the digest of the window that ends at `end`, and makes it the chain's newest. */
  digest(end: number, options: DigestOptions = {}): Written {
    const { bucket = this.bucket, key: signer = this.key } = options;
    const previous = options.isFirst ? undefined : (options.previous ?? this.last);
    const key = this.digestKey(end, options);
    const json: DigestJson = {
      awsAccountId: this.account,
      digestStartTime: iso(options.start ?? end - HOUR),
      digestEndTime: iso(end),
      digestS3Bucket: bucket,
      digestS3Object: key,
      digestPublicKeyFingerprint: signer.wire.Fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: null,
      oldestEventTime: null,
      previousDigestS3Bucket: previous?.bucket ?? null,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous ? sha256(previous.content) : null,
      previousDigestHashAlgorithm: previous ? 'SHA-256' : null,
      previousDigestSignature: previous?.signature ?? null,
      logFiles: (options.logs ?? []).map((log) => this.#entry(log)),
    };
    options.change?.(json);
    const content = Buffer.from(JSON.stringify(json));
    const text = `${json.digestEndTime}\n${bucket}/${key}\n${sha256(content)}\n${json.previousDigestSignature ?? 'null'}`;
    const signature = signer.sign(text, options.hash);
    const metadata = {
      signature,
      'signature-algorithm': 'SHA256withRSA',
      ...(options.backfill && { 'backfill-generation-timestamp': iso(end + HOUR) }),
    };
    this.put(key, gzipSync(content), metadata, bucket);
    const written = { bucket, key, content, signature, end };
    if (!options.backfill) this.last = written;
    this.digests.push(written);
    return written;
  }

  /** Whole hours: an empty first digest that ends at `start`, then digests with log files. */
  hours(start: number, count: number, logsPerHour = 2, options: DigestOptions = {}): this {
    if (this.last === undefined || options.isFirst) this.digest(start, { ...options, isFirst: true });
    for (let hour = 0; hour < count; hour++) {
      const from = start + hour * HOUR;
      const logs = Array.from({ length: logsPerHour }, (_, index) =>
        this.log(from + Math.round(((index + 1) * (40 / (logsPerHour + 1))) / 5) * 300_000 + 300_000, {
          ...(options.bucket !== undefined && { bucket: options.bucket }),
          ...(options.prefix !== undefined && { prefix: options.prefix }),
        }),
      );
      this.digest(from + HOUR, { ...options, isFirst: false, logs });
    }
    return this;
  }

  #entry(log: string): Record<string, unknown> {
    for (const [bucket, objects] of this.buckets) {
      const object = objects.get(log);
      if (object)
        return {
          s3Bucket: bucket,
          s3Object: log,
          hashValue: sha256(gunzipSync(object.bytes)),
          hashAlgorithm: 'SHA-256',
          newestEventTime: null,
          oldestEventTime: null,
        };
    }
    throw new Error(`no ${log}`);
  }
}
