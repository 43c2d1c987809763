import { expect, test } from 'vitest';
import {
  type BlockRecord,
  BlockWriter,
  bytesBefore,
  countRecords,
  cutBlock,
  decodeBlock,
  dropRecord,
  repoOf,
  setBytesBefore,
} from './block.ts';
import { BlockMemory } from './block-memory.ts';

const ORIGIN = { sourceId: 's', bucket: 'logs', key: 'AWSLogs/ü.json.gz', arrivedAt: 1_700_000_000_000 };

function recordOf(position: number, more: Partial<BlockRecord> = {}): BlockRecord {
  return {
    position,
    eventId: `event ${position}`,
    time: 1_600_000_000_000 + position * 1001,
    fields: {
      account: '111122223333',
      region: 'eu-central-1',
      source: 'iam.amazonaws.com',
      name: `Call${position}`,
      user: 'ann',
      arn: `arn:aws:iam::111122223333:user/ann-${position}`,
      accessKeyId: '',
      sourceIp: '10.0.0.1',
      errorCode: '',
      readOnly: 'true',
      category: 'Management',
    },
    enrichment: {},
    rule: 'catch_all: all',
    tags: ['#cloudtrail', 'own'],
    priority: 'low',
    raw: Buffer.from(`{"eventID":"event ${position}","x":"ü"}`),
    ...more,
  };
}

function blockOf(records: readonly BlockRecord[]): Buffer {
  const writer = new BlockWriter();
  writer.begin(ORIGIN, 'audit');
  for (const record of records) writer.add(record);
  expect(writer.count).toBe(records.length);
  return writer.finish(new BlockMemory(0));
}

const RECORDS = [
  recordOf(0),
  recordOf(7, { tags: ['#cloudtrail'], priority: 'high', raw: Buffer.alloc(0), rule: '1: a = b' }),
  recordOf(8, {
    enrichment: { 'enrich.geo.country': 'DE', 'enrich.geo.city': 'Köln' },
    eventId: 'sha256:00',
  }),
  recordOf(9, { eventId: 'a "quoted" id' }),
];

test('records come back from a block as they went in', () => {
  const block = blockOf(RECORDS);
  expect(repoOf(block)).toBe('audit');
  expect(countRecords(block)).toBe(4);
  expect(decodeBlock(100, block)).toEqual(
    RECORDS.map((record, at) => ({ seq: 100 + at, ...ORIGIN, repo: 'audit', ...record })),
  );
});

test('what is dropped has no number', () => {
  const block = blockOf(RECORDS);
  dropRecord(block, 1);
  dropRecord(block, 1);
  expect(countRecords(block)).toBe(3);
  expect(decodeBlock(5, block).map(({ seq, position }) => [seq, position])).toEqual([
    [5, 0],
    [6, 8],
    [7, 9],
  ]);
});

test('a part of a block holds the records of its numbers, and the block stays whole', () => {
  const block = blockOf(RECORDS);
  dropRecord(block, 1);
  const part = cutBlock(5, block, 6, 7);
  expect(decodeBlock(6, part).map(({ position }) => position)).toEqual([8]);
  expect(countRecords(block)).toBe(3);
});

test('the log fills in what stood before', () => {
  const block = blockOf(RECORDS);
  setBytesBefore(block, 2 ** 40 + 1);
  expect(bytesBefore(block)).toBe(2 ** 40 + 1);
  expect(decodeBlock(0, block)).toHaveLength(4);
});

test('a block of another format is refused with both numbers', () => {
  const block = blockOf(RECORDS);
  block[0] = 1;
  expect(() => decodeBlock(0, block)).toThrow('expected format 2, found 1');
  expect(() => repoOf(block)).toThrow('expected format 2, found 1');
});
