import type { KeyRing } from '../keys/key-ring.ts';
import { type AnchorStatement, anchorText, type SignedAnchor } from '../verify/index.ts';
import type { AnchorPlace } from './places.ts';

/** The newest digest of one chain. Times in milliseconds. */
export interface DigestHead {
  readonly trailArn: string;
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  readonly sha256: string;
  readonly signature: string;
  readonly end: number;
}

/** What happened to anchors since the start, by place. */
export interface AnchorCounts {
  readonly place: string;
  readonly kept: number;
  readonly failed: number;
  /** After the last try; the next digest's anchor covers them. */
  readonly givenUp: number;
  readonly waiting: number;
}

/** Carries the heads of chains to places out of the server's reach. */
export interface Anchors {
  /** To be called after the digest's commit. Returns at once; of one chain the newest that waits is enough. */
  onHead(head: DigestHead): void;
  counts(): readonly AnchorCounts[];
  /** Waits for the tries under way, and makes no further ones. */
  close(): Promise<void>;
}

/** What anchors need. */
export interface AnchorOptions {
  readonly places: readonly AnchorPlace[];
  /** Signs the statements, with the key of the digests' Region. */
  readonly keys: Pick<KeyRing, 'signer'>;
  readonly now: () => number;
  readonly onError: (what: string, error: unknown) => void;
  /** Milliseconds to the first repeat; doubled each time up to an hour. Default 1,000. */
  readonly firstRetry?: number;
}

const MAX_TRIES = 12;
const LAST_RETRY = 3_600_000;
/** Chains that wait for one place. */
const MAX_WAITING = 10_000;

/** Starts carrying. */
export function createAnchors(options: AnchorOptions): Anchors {
  const lanes = options.places.map((place) => new Lane(place, options));
  return {
    onHead(head) {
      for (const lane of lanes) lane.take(head);
    },
    counts: () => lanes.map((lane) => lane.counts()),
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

/** One place: one statement at a time, so that a slow one never piles up more than one head of each chain. */
class Lane {
  readonly #place: AnchorPlace;
  readonly #options: AnchorOptions;
  readonly #waiting = new Map<string, DigestHead>();
  readonly #counts = { kept: 0, failed: 0, givenUp: 0 };
  #working: Promise<void> | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(place: AnchorPlace, options: AnchorOptions) {
    this.#place = place;
    this.#options = options;
  }

  take(head: DigestHead): void {
    if (this.#isClosed) return;
    const chain = `${head.trailArn} ${head.account} ${head.region}`;
    const before = this.#waiting.get(chain);
    if (before && before.end > head.end) return;
    if (!before && this.#waiting.size >= MAX_WAITING) {
      this.#counts.givenUp++;
      return;
    }
    this.#waiting.set(chain, head);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  counts(): AnchorCounts {
    return { place: this.#place.name, ...this.#counts, waiting: this.#waiting.size };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake?.();
    await this.#working;
  }

  async #work(): Promise<void> {
    let tries = 0;
    for (const [chain] of this.#waiting) {
      for (tries = 0; !this.#isClosed; ) {
        // Asked anew for each try: a newer one may have come.
        const head = this.#waiting.get(chain)!;
        if (await this.#try(head)) {
          if (this.#waiting.get(chain) === head) this.#waiting.delete(chain);
          else continue;
          break;
        }
        if (++tries >= MAX_TRIES) {
          this.#counts.givenUp++;
          this.#waiting.delete(chain);
          break;
        }
        await this.#pause(Math.min((this.#options.firstRetry ?? 1_000) * 2 ** (tries - 1), LAST_RETRY));
      }
      if (this.#isClosed) return;
    }
  }

  async #try(head: DigestHead): Promise<boolean> {
    try {
      await this.#place.keep(await stateHead(head, this.#options));
      this.#counts.kept++;
      return true;
    } catch (error) {
      this.#counts.failed++;
      this.#options.onError(`anchor at ${this.#place.name.replace(/\?.*$/, '')}`, error);
      return false;
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

async function stateHead(
  head: DigestHead,
  { keys, now }: Pick<AnchorOptions, 'keys' | 'now'>,
): Promise<SignedAnchor> {
  const time = now();
  const signer = await keys.signer(head.region, time);
  const statement: AnchorStatement = {
    trail: head.trailArn,
    account: head.account,
    region: head.region,
    digestBucket: head.bucket,
    digestKey: head.key,
    digestEnd: iso(head.end),
    digestHash: head.sha256,
    digestSignature: head.signature,
    time: iso(time),
    publicKeyFingerprint: signer.fingerprint,
  };
  const statementSignature = (await signer.sign(anchorText(statement))).toString('hex');
  return { ...statement, statementSignature };
}

function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
