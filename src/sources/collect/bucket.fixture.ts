import { BucketError, type BucketReader, type ListedObject } from '../fetch/index.ts';

/** What goes wrong in a bucket for tests; each is a share of requests from 0 to 1. */
export interface BucketFaults {
  readonly failing?: number;
  readonly throttled?: number;
  /** Bodies that end early although their length was announced. */
  readonly cut?: number;
  /** Pages that hold less than they could, and say truthfully that there is more. */
  readonly short?: number;
  /** Pages that say that there is no more although there is. */
  readonly lying?: number;
  /** Requests that take a while. */
  readonly slow?: number;
}

/** A bucket in memory that behaves as badly as it is told to. */
export class TestBucket {
  readonly objects = new Map<string, Buffer>();
  faults: BucketFaults = {};
  /** Requests so far. */
  lists = 0;
  gets = 0;
  /** Keys that cannot be read, with the kind of refusal. */
  readonly refusals = new Map<string, BucketError['kind']>();
  readonly #random: () => number;
  #sorted: string[] | undefined;
  readonly #versions = new Map<string, number>();

  constructor(random: () => number = () => 1) {
    this.#random = random;
  }

  put(key: string, body: Buffer): void {
    this.objects.set(key, body);
    this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1);
    this.#sorted = undefined;
  }

  delete(key: string): void {
    this.objects.delete(key);
    this.#sorted = undefined;
  }

  get reader(): BucketReader {
    return {
      list: async ({ prefix, startAfter }) => {
        this.lists++;
        await this.#misbehave();
        const length = this.#happens(this.faults.short) ? 7 : 1000;
        this.#sorted ??= [...this.objects.keys()].sort((a, b) =>
          Buffer.compare(Buffer.from(a), Buffer.from(b)),
        );
        const keys: string[] = [];
        let more = false;
        for (const key of this.#sorted) {
          if (key <= startAfter || !key.startsWith(prefix)) continue;
          more = keys.length === length;
          if (more) break;
          keys.push(key);
        }
        if (this.#happens(this.faults.lying))
          return { objects: keys.slice(0, 5).map((key) => this.#listed(key)), more: false };
        return { objects: keys.map((key) => this.#listed(key)), more };
      },
      get: async (key, maxBytes) => {
        this.gets++;
        await this.#misbehave();
        const refusal = this.refusals.get(key);
        if (refusal) throw new BucketError(refusal, `${key} is ${refusal}`);
        const body = this.objects.get(key);
        if (!body) throw new BucketError('missing', `${key} is not there`);
        if (body.length > maxBytes) throw new BucketError('too-large', `more than ${maxBytes} bytes`);
        if (this.#happens(this.faults.cut)) throw new BucketError('passing', `${key}: the body was cut`);
        const copy = Buffer.from(new ArrayBuffer(body.length));
        body.copy(copy);
        return copy;
      },
      close: () => undefined,
    };
  }

  #listed(key: string): ListedObject {
    return { key, size: this.objects.get(key)!.length, etag: `v${this.#versions.get(key)}` };
  }

  async #misbehave(): Promise<void> {
    if (this.#happens(this.faults.slow)) await new Promise((done) => setTimeout(done, 5));
    if (this.#happens(this.faults.throttled)) throw new BucketError('throttled', 'SlowDown');
    if (this.#happens(this.faults.failing)) throw new BucketError('passing', 'InternalError');
  }

  #happens(share = 0): boolean {
    return this.#random() < share;
  }
}
