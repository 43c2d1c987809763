import { describe, expect, it } from 'vitest';
import type { Journal } from '../journal/index.ts';
import type { TrailBucket } from '../trails/index.ts';
import { BackupGate } from './backup-gate.ts';

/** A bucket whose puts end when they are told to. */
function slowBucket() {
  const waiting: (() => void)[] = [];
  const bucket: TrailBucket = {
    async getBucketAcl() {},
    putObject: () => new Promise<void>((done) => void waiting.push(done)),
  };
  return { bucket, waiting };
}

const file = { bucket: 'b', key: 'k', body: Buffer.alloc(0), contentType: '', contentEncoding: '' };
const source = { trailArn: 'arn', account: '123456789012', region: 'us-east-1' };
/** Lets everything run that can run now. */
const settle = () => new Promise((done) => setImmediate(done));

describe('the backup gate', () => {
  it('waits for the put under way, and lets new ones wait until the work is done', async () => {
    const gate = new BackupGate();
    const { bucket, waiting } = slowBucket();
    const guarded = gate.guardBucket(bucket);
    const story: string[] = [];
    const first = guarded.putObject(file, source).then(() => story.push('first put'));
    let finish = () => {};
    const work = new Promise<void>((done) => {
      finish = done;
    });
    const shut = gate.whileShut(async () => {
      story.push('work begins');
      await work;
      story.push('work ends');
    });
    const second = guarded.putObject(file, source).then(() => story.push('second put'));
    await settle();
    expect([story, waiting.length]).toEqual([[], 1]);
    waiting[0]!();
    await first;
    await settle();
    expect(story).toEqual(['first put', 'work begins']);
    expect(waiting).toHaveLength(1);
    finish();
    await shut;
    await settle();
    waiting[1]!();
    await second;
    expect(story).toEqual(['first put', 'work begins', 'work ends', 'second put']);
  });

  it('is open again after work that failed, and after a put that failed', async () => {
    const gate = new BackupGate();
    const guarded = gate.guardBucket({
      async getBucketAcl() {},
      async putObject() {
        throw new Error('refused');
      },
    });
    await expect(guarded.putObject(file, source)).rejects.toThrow('refused');
    await expect(gate.whileShut(async () => Promise.reject(new Error('disk')))).rejects.toThrow('disk');
    await expect(guarded.putObject(file, source)).rejects.toThrow('refused');
    await expect(gate.whileShut(async () => 'done')).resolves.toBe('done');
  });

  it('is not shut twice', async () => {
    const gate = new BackupGate();
    await gate.whileShut(async () => {
      await expect(gate.whileShut(async () => 'no')).rejects.toThrow('shut already');
    });
  });

  it('lets the journal be trimmed only while nobody holds it', async () => {
    const gate = new BackupGate();
    const trimmed: number[] = [];
    const journal = gate.guardJournal({
      trim: async (before: number) => void trimmed.push(before),
    } as Journal);
    const [one, other] = [gate.holdTrims(), gate.holdTrims()];
    await journal.trim(1);
    one();
    one();
    await journal.trim(2);
    other();
    await journal.trim(3);
    expect(trimmed).toEqual([3]);
  });
});
