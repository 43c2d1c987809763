import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ReadOptions, readRecords, readRecordsAtOnce } from './read-records.ts';
import { RecordSplitter } from './record-splitter.ts';
import { Unreadable } from './unreadable.ts';

const OPTIONS: ReadOptions = { charset: 'utf-8', maxBytes: 64 << 20, maxRatio: 200 };

/** The records that could be read, and why it went no further. */
async function read(body: Buffer | string, options: Partial<ReadOptions> = {}) {
  const bytes = Buffer.from(body as string);
  const all = { ...OPTIONS, ...options };
  const found = await told((take) => readRecords(bytes, all, take));
  let isRead = false;
  const atOnce = await told((take) => {
    isRead = readRecordsAtOnce(bytes, all, take);
  });
  // What could not be read at all was refused by both, or left to the other.
  if (isRead || atOnce.reason !== undefined) expect(atOnce).toEqual(found);
  else expect(atOnce.records).toEqual([]);
  return found;
}

async function told(work: (take: (raw: Buffer) => void) => Promise<void> | void) {
  const records: string[] = [];
  try {
    await work((raw) => void records.push(String(raw)));
    return { records };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { records, reason: error.reason };
  }
}

const A = '{"eventID":"a","s":"]}\\\\\\"[{, ü","n":0.0}';
const B = '{"eventID":"b", "nested": [[1,2],{"x":[ ]}]}';

describe('the records of a file', () => {
  it.each([
    ['a log file', `{"Records":[${A},${B}]}`],
    ['one with white space and a byte order mark', `\ufeff \n{ "Records" : [ ${A} ,\n ${B} ] }\n`],
    ['one with other members around', `{"x":{"Records":[1]},"y":"Records","Records":[${A},${B}],"z":[3]}`],
    ['an array', `[${A},${B}]`],
    ['log files one after the other', `{"Records":[${A}]}\n{"a":["]}"],"Records":[${B}],"z":{}}\n`],
    ['arrays one after the other', `[${A}]\n[${B}]`],
    ['a log file and a line', `{"Records":[${A}]}\n${B}\n`],
    ['lines', `${A}\n\r\n${B}`],
    ['lines with an end', `${A}\n${B}\n`],
  ])('are found in %s, byte for byte', async (_what, text) => {
    expect(await read(text)).toEqual({ records: [A, B] });
    expect(await read(gzipSync(text))).toEqual({ records: [A, B] });
  });

  it.each([
    ['an empty log file', '{"Records":[]}'],
    ['an empty array', '[]'],
    ['nothing', ''],
    ['white space', ' \n '],
  ])('are none in %s', async (_what, text) => {
    expect(await read(text)).toEqual({ records: [] });
  });

  it('are the same wherever the chunks are cut', () => {
    for (const text of [`{"x":"\\"","Records":[${A},${B}],"after":[{}]}`, `${A}\n${B}\n`, `[${A}, ${B}]`]) {
      const bytes = Buffer.from(text);
      for (let size = 1; size < 12; size++) {
        const splitter = new RecordSplitter();
        const found: string[] = [];
        const take = (raw: Buffer) => void found.push(String(raw));
        for (let at = 0; at < bytes.length; at += size) {
          splitter.push(bytes.subarray(at, at + size), take);
        }
        splitter.end(take);
        expect(found).toEqual([A, B]);
      }
    }
  });

  it('are read from all members of a gzip file', async () => {
    const text = `{"Records":[${A},${B}]}`;
    const members = Buffer.concat([
      gzipSync(text.slice(0, 9)),
      gzipSync(text.slice(9, 30)),
      gzipSync(text.slice(30)),
    ]);
    expect(await read(members)).toEqual({ records: [A, B] });
  });

  it('are many in a large file', async () => {
    const many = Array.from(
      { length: 20_000 },
      (_, i) => `{"eventID":"${i}","x":"${randomBytes(500).toString('hex')}"}`,
    );
    const found = await read(gzipSync(`{"Records":[${many.join()}]}`, { level: 1 }));
    expect(found.reason).toBeUndefined();
    expect(found.records).toEqual(many);
  });

  it('come in the charset of the source', async () => {
    const text = Buffer.from(`{"Records":[{"eventID":"é"}]}`, 'latin1');
    expect(await read(text, { charset: 'latin1' })).toEqual({ records: ['{"eventID":"é"}'] });
    const wide = Buffer.from(`{"Records":[${A}]}`, 'utf16le');
    expect(await read(wide, { charset: 'utf-16le' })).toEqual({ records: [A] });
    expect((await read(text, { charset: 'no-such' })).reason).toBe('charset');
    expect((await read(Buffer.from([0x5b, 0xff]), { charset: 'euc-jp' })).reason).toBe('charset');
  });
});

describe('a file that is read at once', () => {
  const text = (name: string, count: number) =>
    `{"Records":[${Array.from({ length: count }, (_, at) => `{"eventID":"${name}-${at}","x":"${'y'.repeat(900)}"}`)}]}`;

  it('is one member of gzip, of any length up to 16 MB', async () => {
    for (const count of [0, 1, 100, 5_000, 10_000, 3]) {
      const found: string[] = [];
      const isRead = readRecordsAtOnce(gzipSync(text('a', count), { level: 1 }), OPTIONS, (raw, members) => {
        expect(members?.eventID).toBe(`a-${found.length}`);
        found.push(String(raw));
      });
      expect([isRead, found.length]).toEqual([true, count]);
    }
    const ignore = () => expect.unreachable();
    const large = gzipSync(Buffer.alloc(17 << 20, 0x20), { level: 1 });
    for (const body of [large, Buffer.from(text('a', 1)), gzipSync(text('a', 1)).subarray(0, -1)]) {
      expect(readRecordsAtOnce(body, OPTIONS, ignore)).toBe(false);
    }
    expect(readRecordsAtOnce(gzipSync('[]'), { ...OPTIONS, charset: 'latin1' }, ignore)).toBe(false);
  });

  it('does not come between the chunks of another one', () => {
    const bytes = Buffer.from(text('long', 6_000));
    const splitter = new RecordSplitter();
    const found: unknown[] = [];
    for (let at = 0; at < bytes.length; at += 1 << 20) {
      splitter.push(bytes.subarray(at, at + (1 << 20)), (raw, members) => {
        expect(JSON.parse(String(raw))).toMatchObject({ eventID: `long-${found.length}` });
        found.push(members ? members.eventID : JSON.parse(String(raw)).eventID);
      });
      expect(readRecordsAtOnce(gzipSync(text('short', 9), { level: 1 }), OPTIONS, () => undefined)).toBe(
        true,
      );
    }
    splitter.end(() => expect.unreachable());
    expect(found).toEqual(Array.from({ length: 6_000 }, (_, at) => `long-${at}`));
  });
});

describe('a file that cannot be read to its end', () => {
  const whole = gzipSync(`{"Records":[${Array.from({ length: 2000 }, () => A).join()}]}`);
  it('says that it is cut, and gives what stands before the cut', async () => {
    expect((await read(whole.subarray(0, whole.length - 20))).reason).toBe('truncated');
    expect(await read(`{"Records":[${A},${B.slice(0, -3)}`)).toEqual({ records: [A], reason: 'truncated' });
  });

  it('says that it is damaged', async () => {
    const broken = Buffer.from(whole);
    broken.fill(0xff, 30, 60);
    expect((await read(broken)).reason).toBe('damaged');
  });

  it('says that it is a bomb, by its ratio and by its size', async () => {
    const bomb = gzipSync(Buffer.alloc(32 << 20, 0x20));
    expect((await read(bomb)).reason).toBe('bomb');
    expect((await read(bomb, { maxRatio: 1e6, maxBytes: 20 << 20 })).reason).toBe('bomb');
    expect((await read(Buffer.alloc(100, 0x20), { maxBytes: 99 })).reason).toBe('bomb');
  });

  it('says that a record without an end is foreign', async () => {
    expect((await read(`{"Records":["${'x'.repeat(17 << 20)}`)).reason).toBe('foreign');
  });
});
