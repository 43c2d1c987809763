import { generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { type State, updateState } from '../../state/index.ts';
import { PrivateKeyFiles } from './private-key-files.ts';
import { type DigestKeyRecord, publishedForm } from './public-key.ts';

const generateKeys = promisify(generateKeyPair);
const signWith = promisify<string, Buffer, KeyObject, Buffer>(sign);

const DAY = 86_400_000;

/** AWS's own keys are valid for exactly 30 days and overlap. */
const VALIDITY = 30 * DAY;
/** A key that ends sooner than this gets its successor. */
const OVERLAP = 2 * DAY;
/** A key counts as valid from before it was made: it may have to sign for missed hours of the last two days. */
const MARGIN = 3 * DAY;
/** Private halves are kept this long past the end, for hours that are made up. */
const AFTERLIFE = 3 * DAY;

const PREFIX = 'digest-key/';

/** One key, able to sign. */
export interface DigestSigner {
  readonly fingerprint: string;
  /** RSASSA-PKCS1-v1_5 with SHA-256: the same bytes for the same text, always. */
  sign(text: string): Promise<Buffer>;
}

/** The keys that sign digest files, per Region; made when they are first needed, replaced by themselves. */
export interface KeyRing {
  /**
   * The key for a digest that ends at `at` (ms), or is generated then: one that is valid at that time, if there is any.
   * Makes a key where there is none, or where the newest ends soon.
   */
  signer(region: string, at: number): Promise<DigestSigner>;
  /** That very key; undefined when its private half is gone. */
  signerNamed(region: string, fingerprint: string): Promise<DigestSigner | undefined>;
  /** All keys, of one Region or of all, oldest first. */
  list(region?: string): Promise<readonly DigestKeyRecord[]>;
  /** Keys of the Region whose validity meets the range, both ends included. */
  valid(region: string, start: number, end: number): Promise<readonly DigestKeyRecord[]>;
  /** Puts a new key in the place of all others of the Region: these sign no more, and their private halves are removed. */
  rotate(region: string): Promise<DigestKeyRecord>;
}

/** The keys in `state` (public halves) and in the folder `path` (private halves). Reads nothing yet. */
export function openKeyRing(options: {
  readonly state: State;
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): KeyRing {
  const { state, now } = options;
  const files = new PrivateKeyFiles(options.path);
  const turns = new Map<string, Promise<unknown>>();
  const loaded = new Map<string, KeyObject>();

  /** Two digests that need a first key must not make two. */
  function inTurn<T>(region: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(region) ?? Promise.resolve()).then(work, work);
    turns.set(
      region,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async function list(region?: string): Promise<readonly DigestKeyRecord[]> {
    const found = await state.list<DigestKeyRecord>(region === undefined ? PREFIX : `${PREFIX}${region}/`);
    return found
      .map(({ value }) => value)
      .sort((a, b) => a.madeAt - b.madeAt || (a.value < b.value ? -1 : 1));
  }

  async function privateKey({ region, fingerprint }: DigestKeyRecord): Promise<KeyObject | undefined> {
    const known = loaded.get(fingerprint) ?? (await files.read(region, fingerprint));
    if (known) loaded.set(fingerprint, known);
    return known;
  }

  async function make(region: string): Promise<DigestKeyRecord> {
    const { privateKey: key } = await generateKeys('rsa', { modulusLength: 2048 });
    const { fingerprint, value } = publishedForm(key);
    const madeAt = now();
    const validFrom = wholeSecond(madeAt - MARGIN);
    const record = { region, fingerprint, value, validFrom, validTo: validFrom + VALIDITY, madeAt };
    // First the private half: a published key that cannot sign would be chosen again and again.
    await files.write(region, fingerprint, key);
    await state.put(keyOf(record), record, 0);
    loaded.set(fingerprint, key);
    return record;
  }

  /** Forgets the private halves that can sign nothing any more. */
  async function sweep(records: readonly DigestKeyRecord[]): Promise<void> {
    for (const { region, fingerprint, validTo, retiredAt } of records) {
      if (retiredAt === undefined && validTo + AFTERLIFE > now()) continue;
      loaded.delete(fingerprint);
      await files.remove(region, fingerprint);
    }
  }

  async function signer(region: string, at: number): Promise<DigestSigner> {
    const records = await list(region);
    const usable: DigestKeyRecord[] = [];
    for (const record of records) {
      if (record.retiredAt === undefined && (await privateKey(record))) usable.push(record);
    }
    const newest = usable.at(-1);
    if (!newest || newest.validTo - OVERLAP < now()) {
      usable.push(await make(region));
      await sweep(records);
    }
    const chosen =
      usable.findLast(({ validFrom, validTo }) => validFrom <= at && at <= validTo) ?? usable.at(-1)!;
    return signerOf(chosen.fingerprint, (await privateKey(chosen))!);
  }

  return {
    signer: (region, at) => inTurn(region, () => signer(region, at)),
    async signerNamed(region, fingerprint) {
      const record = (await list(region)).find((one) => one.fingerprint === fingerprint);
      const key = record && record.retiredAt === undefined ? await privateKey(record) : undefined;
      return key && signerOf(fingerprint, key);
    },
    list,
    async valid(region, start, end) {
      return (await list(region)).filter(({ validFrom, validTo }) => validFrom <= end && start <= validTo);
    },
    rotate: (region) =>
      inTurn(region, async () => {
        const before = await list(region);
        const made = await make(region);
        for (const record of before) {
          await updateState<DigestKeyRecord>(state, keyOf(record), (current) =>
            current && current.retiredAt === undefined ? { ...current, retiredAt: now() } : current,
          );
        }
        await sweep((await list(region)).filter(({ fingerprint }) => fingerprint !== made.fingerprint));
        return made;
      }),
  };
}

function signerOf(fingerprint: string, key: KeyObject): DigestSigner {
  return { fingerprint, sign: (text) => signWith('sha256', Buffer.from(text), key) };
}

function keyOf({ region, fingerprint }: Pick<DigestKeyRecord, 'region' | 'fingerprint'>): string {
  return `${PREFIX}${region}/${fingerprint}`;
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
