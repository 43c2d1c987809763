import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeDigestFile } from './digest-file.ts';

const END = Date.parse('2026-11-01T11:17:23Z');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signer = {
  fingerprint: '4a7aa197feec25e9bd0b5e98fcad8ecb',
  sign: async (text: string) => sign('sha256', Buffer.from(text), privateKey),
};
const place = {
  account: '111122223333',
  region: 'eu-west-1',
  trailName: 'main',
  homeRegion: 'us-east-1',
  bucket: 'logs',
  prefix: 'p',
  end: END,
};
const previous = { bucket: 'old', key: 'before', sha256: 'aa', signature: 'bb' };
const file = (at: number) => ({
  bucket: 'logs',
  key: `file-${at}`,
  sha256: 'cc',
  oldest: END - at,
  newest: END - at + 500,
  at: END,
});

describe('a digest file', () => {
  it('has the members of a real one in their order', async () => {
    const { body } = await makeDigestFile(
      { place, start: END - 3_600_000, previous, files: [file(9_000), file(60_000)] },
      signer,
    );
    const digest = JSON.parse(body.toString());
    // The order of a digest that AWS delivered in us-west-2 in 2020.
    expect(Object.keys(digest)).toEqual([
      'awsAccountId',
      'digestStartTime',
      'digestEndTime',
      'digestS3Bucket',
      'digestS3Object',
      'digestPublicKeyFingerprint',
      'digestSignatureAlgorithm',
      'newestEventTime',
      'oldestEventTime',
      'previousDigestS3Bucket',
      'previousDigestS3Object',
      'previousDigestHashValue',
      'previousDigestHashAlgorithm',
      'previousDigestSignature',
      'logFiles',
    ]);
    expect(Object.keys(digest.logFiles[0])).toEqual([
      's3Bucket',
      's3Object',
      'hashValue',
      'hashAlgorithm',
      'newestEventTime',
      'oldestEventTime',
    ]);
    expect(digest).toMatchObject({
      digestStartTime: '2026-11-01T10:17:23Z',
      digestEndTime: '2026-11-01T11:17:23Z',
      newestEventTime: '2026-11-01T11:17:14Z',
      oldestEventTime: '2026-11-01T11:16:23Z',
      digestS3Object:
        'p/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/01/' +
        '111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20261101T111723Z.json.gz',
    });
  });

  it('is signed over its end, its place, its hash and the signature before it', async () => {
    const { body, link, metadata } = await makeDigestFile({ place, start: 0, previous, files: [] }, signer);
    const hash = createHash('sha256').update(body).digest('hex');
    const text = `2026-11-01T11:17:23Z\nlogs/${link.key}\n${hash}\nbb`;
    expect(metadata).toEqual({
      signature: (await signer.sign(text)).toString('hex'),
      'signature-algorithm': 'SHA256withRSA',
    });
    expect(link).toEqual({ bucket: 'logs', key: link.key, sha256: hash, signature: metadata.signature });
  });

  it('says null where there is nothing before it, and in an hour without events', async () => {
    const { body, link, metadata } = await makeDigestFile({ place, start: 0, files: [] }, signer);
    expect(JSON.parse(body.toString())).toMatchObject({
      newestEventTime: null,
      oldestEventTime: null,
      previousDigestS3Bucket: null,
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestHashAlgorithm: null,
      previousDigestSignature: null,
      logFiles: [],
    });
    const text = `2026-11-01T11:17:23Z\nlogs/${link.key}\n${link.sha256}\nnull`;
    expect(metadata.signature).toBe((await signer.sign(text)).toString('hex'));
  });

  it('that is a backfill carries its suffix and the time of its making', async () => {
    const content = { place: { ...place, backfill: true }, start: 0, files: [], generated: END + 5_500 };
    const { link, metadata } = await makeDigestFile(content, signer);
    expect(link.key).toMatch(/_20261101T111723Z_backfill\.json\.gz$/);
    expect(metadata['backfill-generation-timestamp']).toBe('2026-11-01T11:17:28Z');
  });
});
