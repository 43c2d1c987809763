import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ReadOptions, readRecords } from './read-records.ts';
import { RecordSplitter } from './record-splitter.ts';
import { Unreadable } from './unreadable.ts';

const OPTIONS: ReadOptions = { charset: 'utf-8', maxBytes: 64 << 20, maxRatio: 200 };

/** The records that could be read, and why it went no further. */
async function read(body: Buffer | string, options: Partial<ReadOptions> = {}) {
  const records: string[] = [];
  try {
    const take = (raw: Buffer) => void records.push(String(raw));
    await readRecords(Buffer.from(body as string), { ...OPTIONS, ...options }, take);
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
