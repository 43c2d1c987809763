import { createPublicKey, type KeyObject } from 'node:crypto';
import { fingerprintOf, inspectLogBytes, type PublicKey } from '../../digest/verify/index.ts';
import { splitRecords } from '../../event/index.ts';
import { type Manifest, readArchive, sha256 } from './archive-file.ts';
import { type ArchivedDigest, chainOf, isSignedBy, readArchivedDigest } from './archived-digest.ts';
import { unpackWhole } from './unpack.ts';
import { VERIFY_SCRIPT } from './verify-script.ts';

/** What an archive proves, or why it proves nothing. */
export interface ArchiveVerdict {
  readonly records: number;
  readonly logFiles: number;
  readonly digests: number;
  /** Fingerprints of the keys that signed. */
  readonly keys: readonly string[];
  /** Empty: valid. At most 100. */
  readonly problems: readonly string[];
  /** Things to know that do not make it invalid. */
  readonly notes: readonly string[];
}

/** A log file after it was read: its content's hash, and those of its records. */
interface ReadLog {
  readonly sha256: string;
  readonly records: ReadonlySet<string>;
}

const MAX_PROBLEMS = 100;

/**
 * Verifies an evidence archive offline. The archive is a stranger's: anything unlisted, missing or twice is a problem.
 * One log file at a time is in memory.
 *
 * @param trusted The keys that count; absent: those of the archive, which its maker chose.
 * @throws Error when the file cannot be read as an archive at all.
 */
export async function checkArchive(
  path: string,
  trusted: readonly PublicKey[] | undefined,
): Promise<ArchiveVerdict> {
  const check = new ArchiveCheck(trusted);
  for await (const { name, bytes } of readArchive(path)) await check.take(name, Buffer.from(bytes));
  return check.judge();
}

class ArchiveCheck {
  readonly #trusted: ReadonlySet<string> | undefined;
  readonly #problems: string[] = [];
  readonly #sums = new Map<string, string>();
  readonly #files = new Map<string, Buffer>();
  readonly #keys = new Map<string, KeyObject>();
  readonly #used = new Set<string>();
  readonly #logs = new Map<string, ReadLog | undefined>();
  readonly #digests = new Map<string, ArchivedDigest>();

  constructor(trusted: readonly PublicKey[] | undefined) {
    this.#trusted = trusted && new Set(trusted.map(({ value }) => fingerprintOf(value)));
  }

  async take(name: string, bytes: Buffer): Promise<void> {
    if (this.#sums.has(name)) this.#fail(`${name} stands in the archive twice`);
    this.#sums.set(name, sha256(bytes));
    const log = /^logs\/(\d{4,9})\.json\.gz$/.exec(name)?.[1];
    if (log !== undefined) this.#logs.set(log, await readLog(bytes));
    else this.#files.set(name, bytes);
  }

  judge(): ArchiveVerdict {
    this.#checkManifest();
    for (const [name, bytes] of this.#files) {
      const fingerprint = /^keys\/(.+)\.pem$/.exec(name)?.[1];
      if (fingerprint !== undefined) this.#readKey(fingerprint, bytes);
    }
    this.#checkChain();
    this.#checkLogs();
    const records = this.#checkRecords();
    if (records === 0) this.#fail('the archive holds no records');
    const isOurScript = this.#text('verify.sh') === VERIFY_SCRIPT;
    return {
      records,
      logFiles: this.#logs.size,
      digests: this.#digests.size,
      keys: [...this.#used],
      problems: this.#problems.slice(0, MAX_PROBLEMS),
      notes: isOurScript
        ? []
        : ['verify.sh is not the script of this version of opentrail; do not rely on what it says'],
    };
  }

  #fail(problem: string): void {
    this.#problems.push(problem);
  }

  #text(name: string): string {
    return this.#files.get(name)?.toString() ?? '';
  }

  #lines(name: string): string[] {
    return this.#text(name)
      .split('\n')
      .filter((line) => line !== '');
  }

  #checkManifest(): void {
    try {
      const { files } = JSON.parse(this.#text('manifest.json')) as Manifest;
      for (const { path, sha256: sum } of files) {
        if (this.#sums.get(path) !== sum) this.#fail(`${path} is not as manifest.json says`);
      }
      // manifest.json and SHA256SUMS themselves are the two that it does not name.
      if (files.length !== this.#sums.size - 2) this.#fail('manifest.json does not name every file');
      const sums = files.map(({ path, sha256: sum }) => `${sum}  ${path}\n`).join('');
      if (this.#text('SHA256SUMS') !== sums) this.#fail('SHA256SUMS and manifest.json differ');
    } catch {
      this.#fail('manifest.json is missing or cannot be read');
    }
  }

  #readKey(fingerprint: string, pem: Buffer): void {
    try {
      const key = createPublicKey(pem);
      const value = key.export({ type: 'pkcs1', format: 'der' }).toString('base64');
      if (fingerprintOf(value) !== fingerprint) this.#fail(`the key ${fingerprint} has another fingerprint`);
      else if (this.#trusted?.has(fingerprint) === false) this.#fail(`the key ${fingerprint} is not trusted`);
      else this.#keys.set(fingerprint, key);
    } catch {
      this.#fail(`the key ${fingerprint} cannot be read`);
    }
  }

  #checkChain(): void {
    const last = new Map<string, string>();
    for (const line of this.#lines('chain.txt')) {
      const [, number = '', before = ''] = /^(\d{4,9}) (\d{4,9}|-)$/.exec(line) ?? [];
      const packed = this.#files.get(`digests/${number}.json.gz`);
      const signature = this.#files.get(`digests/${number}.sig`);
      const digest = packed && signature && readArchivedDigest(packed, signature);
      if (!digest || this.#digests.has(number)) {
        this.#fail(`the digest ${JSON.stringify(line)} of chain.txt is missing, unreadable or named twice`);
        continue;
      }
      this.#checkSignature(number, digest);
      // A chain begins where the archive begins, and anew where its own digest says so; nowhere else.
      const predecessor = last.get(chainOf(digest));
      const begins = digest.previous === undefined || predecessor === undefined;
      const previous = predecessor === undefined ? undefined : this.#digests.get(predecessor);
      const continues =
        before === predecessor &&
        digest.previous?.sha256 === previous?.sha256 &&
        digest.previous?.signature === previous?.signature;
      if (begins ? before !== '-' : !continues) {
        this.#fail(`digest ${number} does not continue digest ${predecessor ?? before}`);
      }
      if (this.#text(`digests/${number}.hex`) !== `${digest.signature}\n`) {
        this.#fail(`digests/${number}.hex and digests/${number}.sig differ`);
      }
      this.#digests.set(number, digest);
      last.set(chainOf(digest), number);
    }
    const there = [...this.#files.keys()].filter((name) => /^digests\/.*\.gz$/.test(name));
    if (there.length !== this.#digests.size) this.#fail('chain.txt does not name every digest');
  }

  #checkSignature(number: string, digest: ArchivedDigest): void {
    const { fingerprint } = digest;
    const key = this.#keys.get(fingerprint);
    if (!key) this.#fail(`digest ${number} names the key ${fingerprint}, which is not there or not trusted`);
    else if (isSignedBy(digest, key)) this.#used.add(fingerprint);
    else this.#fail(`digest ${number} is not signed by the key ${fingerprint}`);
  }

  #checkLogs(): void {
    const named = new Set<string>();
    for (const line of this.#lines('logs.txt')) {
      const [number = '', digest = ''] = line.split(' ');
      const log = this.#logs.get(number);
      named.add(number);
      if (!log || !this.#digests.get(digest)?.listed.has(log.sha256)) {
        this.#fail(`log file ${number} is not listed in digest ${digest}`);
        // Its records prove nothing.
        this.#logs.set(number, undefined);
      }
    }
    for (const number of this.#logs.keys()) {
      if (!named.has(number)) this.#fail(`logs.txt does not name log file ${number}`);
    }
  }

  #checkRecords(): number {
    const places = this.#lines('records.txt');
    const records = splitRecords(this.#files.get('records.ndjson') ?? Buffer.alloc(0));
    if (records.length !== places.length) this.#fail('records.txt and records.ndjson do not match');
    for (const [at, record] of records.entries()) {
      const place = places[at] ?? '';
      if (!this.#logs.get(place)?.records.has(sha256(record))) {
        this.#fail(`record ${at + 1} is not in log file ${place}`);
      }
    }
    return records.length;
  }
}

/** Undefined when it is damaged, or goes on after its end: some readers would see more than was signed. */
async function readLog(bytes: Buffer): Promise<ReadLog | undefined> {
  const content = unpackWhole(bytes);
  if (!content) return undefined;
  const sum = sha256(content);
  const { status, ending } = await inspectLogBytes(bytes, sum);
  if (status !== 'valid' || ending !== 'whole') return undefined;
  try {
    return { sha256: sum, records: new Set(splitRecords(content).map((record) => sha256(record))) };
  } catch {
    return undefined;
  }
}
