import { createHash } from 'node:crypto';

/** SHA-256 in lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const folder = 'AWSLogs/111122223333/CloudTrail-Digest/us-west-2/2020/09/11';
const digestAt = (stamp: string) =>
  `${folder}/111122223333_CloudTrail-Digest_us-west-2_main_us-west-2_${stamp}.json.gz`;

/** The members of a digest as AWS writes them, in AWS's order; names and hashes are made up. */
export const shapeOfAws = {
  name: digestAt('20200911T193649Z'),
  json: {
    awsAccountId: '111122223333',
    digestStartTime: '2020-09-11T18:36:49Z',
    digestEndTime: '2020-09-11T19:36:49Z',
    digestS3Bucket: 'example-trail',
    digestS3Object: digestAt('20200911T193649Z'),
    digestPublicKeyFingerprint: '4a7aa197feec25e9bd0b5e98fcad8ecb',
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: '2020-09-11T19:26:24Z',
    oldestEventTime: '2020-09-11T18:32:04Z',
    previousDigestS3Bucket: 'example-trail',
    previousDigestS3Object: digestAt('20200911T183649Z'),
    previousDigestHashValue: '5'.repeat(64),
    previousDigestHashAlgorithm: 'SHA-256',
    previousDigestSignature: '1'.repeat(512),
    logFiles: [
      {
        s3Bucket: 'example-trail',
        s3Object:
          'AWSLogs/111122223333/CloudTrail/us-west-2/2020/09/11/111122223333_CloudTrail_us-west-2_20200911T1930Z_l2pGqVS53QcGdAkp.json.gz',
        hashValue: '2'.repeat(64),
        hashAlgorithm: 'SHA-256',
        newestEventTime: '2020-09-11T19:26:24Z',
        oldestEventTime: '2020-09-11T19:26:24Z',
      },
    ],
  },
} as const;
