import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import {
  type CloudTrailClient,
  CreateTrailCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith, works } from '../clients/programs.ts';
import { TestServer } from '../clients/server.ts';
import { until } from '../clients/until.ts';
import { apiOf, cloudTrailOf, s3Of } from '../fault/house-keeping.ts';
import { eventLine } from '../fault/load.ts';

/** The ids of our events in the log files of a bucket anywhere. */
async function idsIn(s3: S3Client, bucket: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const ids: string[] = [];
  for (const { Key, Size } of Contents) {
    if (!Size || !Key!.endsWith('.json.gz')) continue;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const { Records } = JSON.parse(gunzipSync(await Body!.transformToByteArray()).toString());
    for (const { eventID, eventSource } of Records) if (eventSource === 'load.example.com') ids.push(eventID);
  }
  return ids.toSorted();
}

async function makeLoggingTrail(trails: CloudTrailClient, bucket: string, more: object = {}): Promise<void> {
  await trails.send(
    new CreateTrailCommand({ Name: bucket, S3BucketName: bucket, IsMultiRegionTrail: true, ...more }),
  );
  await trails.send(new StartLoggingCommand({ Name: bucket }));
}

describe('a server whose S3 is another opentrail', () => {
  let there: TestServer;
  let here: TestServer;
  beforeAll(async () => {
    there = await TestServer.start();
    here = await TestServer.start({
      flags: ['--endpoint-s3', there.url, '--delivery-interval', '500ms'],
      env: {
        OPENTRAIL_ENDPOINT_S3_ACCESS_KEY_ID: there.env.AWS_ACCESS_KEY_ID!,
        OPENTRAIL_ENDPOINT_S3_SECRET_ACCESS_KEY: there.env.AWS_SECRET_ACCESS_KEY!,
      },
    });
  });
  afterAll(async () => {
    await here?.dispose();
    await there?.dispose();
  });

  it('refuses a trail whose bucket is not there', async () => {
    const created = cloudTrailOf(here).send(
      new CreateTrailCommand({ Name: 'none', S3BucketName: 'not-there' }),
    );
    await expect(created).rejects.toMatchObject({ name: 'S3BucketDoesNotExistException' });
  });

  it('delivers there, says what that S3 refuses, and catches up', async () => {
    const s3 = s3Of(there);
    await s3.send(new CreateBucketCommand({ Bucket: 'elsewhere' }));
    await makeLoggingTrail(cloudTrailOf(here), 'elsewhere');
    const sent = ['e-1', 'e-2', 'e-3'];
    await apiOf(here).post('/v1/events', sent.map((id) => eventLine(id)).join('\n'));
    await apiOf(here).call('/v1/flush', {});
    expect(await idsIn(s3, 'elsewhere')).toEqual(sent);
    const { Buckets = [] } = await s3Of(here).send(new ListBucketsCommand({}));
    expect(Buckets).toEqual([]);

    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'elsewhere' }));
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'elsewhere', Key: Contents.at(-1)!.Key }));
    expect(head).toMatchObject({ ContentType: 'application/json', ContentEncoding: 'gzip' });
    for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket: 'elsewhere', Key }));
    // A file may have come in between.
    await until('the bucket is gone', 120_000, async () => {
      const rest = await s3.send(new ListObjectsV2Command({ Bucket: 'elsewhere' }));
      for (const { Key } of rest.Contents ?? [])
        await s3.send(new DeleteObjectCommand({ Bucket: 'elsewhere', Key }));
      return s3.send(new DeleteBucketCommand({ Bucket: 'elsewhere' })).then(
        () => true,
        () => false,
      );
    });
    await apiOf(here).post('/v1/events', eventLine('e-4'));
    await apiOf(here).call('/v1/flush', {});
    const status = await cloudTrailOf(here).send(new GetTrailStatusCommand({ Name: 'elsewhere' }));
    expect(status.LatestDeliveryError).toBe('NoSuchBucket');
    await s3.send(new CreateBucketCommand({ Bucket: 'elsewhere' }));
    await until('it is delivered', 120_000, async () => (await idsIn(s3, 'elsewhere')).includes('e-4'));
    expect(await idsIn(s3, 'elsewhere')).toEqual(['e-4']);
  });

  it('goes on when that S3 was away', async () => {
    const s3 = () => s3Of(there);
    const { port } = new URL(there.url);
    await there.stop();
    await apiOf(here).post('/v1/events', ['e-5', 'e-6'].map((id) => eventLine(id)).join('\n'));
    await until('the status says so', 120_000, async () => {
      const { LatestDeliveryError } = await cloudTrailOf(here).send(
        new GetTrailStatusCommand({ Name: 'elsewhere' }),
      );
      return LatestDeliveryError === 'ECONNREFUSED';
    });
    await there.restart({ flags: ['--port', port] });
    await until('it is delivered', 120_000, async () => (await idsIn(s3(), 'elsewhere')).includes('e-6'));
    expect((await idsIn(s3(), 'elsewhere')).filter((id) => id > 'e-4')).toEqual(['e-5', 'e-6']);
  });
});

describe('a server with a KMS but without an S3 of its own', () => {
  it('says which setting is missing', async () => {
    const server = await TestServer.start({ flags: ['--endpoint-kms', 'http://127.0.0.1:9'] });
    try {
      await server.aws.text('s3', 'mb', 's3://logs');
      const created = cloudTrailOf(server).send(
        new CreateTrailCommand({ Name: 'logs', S3BucketName: 'logs', KmsKeyId: 'alias/k' }),
      );
      await expect(created).rejects.toMatchObject({
        name: 'KmsException',
        message: expect.stringContaining('configure an S3 endpoint next to the KMS endpoint'),
      });
    } finally {
      await server.dispose();
    }
  });
});

describeWith('moto', works('moto_server', '--help'), 'a server whose S3, SNS and KMS are moto', () => {
  let moto: ChildProcess;
  let server: TestServer;
  let subscriber: Server;
  const told: { Type: string; Message: string }[] = [];
  const region = 'us-east-1';
  const credentials = { accessKeyId: 'moto', secretAccessKey: 'moto-secret' };
  let options: { endpoint: string; region: string; credentials: typeof credentials };
  let topicArn: string;
  let keyArn: string;

  beforeAll(async () => {
    const port = await freePort();
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    options = { endpoint: `http://127.0.0.1:${port}`, region, credentials };
    await until('moto answers', 120_000, () =>
      fetch(options.endpoint).then(
        () => true,
        () => false,
      ),
    );
    subscriber = createServer(async (req, res) => {
      told.push(JSON.parse(await text(req)));
      res.end();
    });
    await once(subscriber.listen(0, '127.0.0.1'), 'listening');
    const sns = new SNSClient(options);
    topicArn = (await sns.send(new CreateTopicCommand({ Name: 'notices' }))).TopicArn!;
    const { port: ear } = subscriber.address() as AddressInfo;
    await sns.send(
      new SubscribeCommand({ TopicArn: topicArn, Protocol: 'http', Endpoint: `http://127.0.0.1:${ear}/` }),
    );
    const kms = new KMSClient(options);
    keyArn = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.Arn!;
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/logs', TargetKeyId: keyArn }));
    const endpoint = options.endpoint;
    const env = Object.fromEntries(
      ['S3', 'SNS', 'KMS'].flatMap((service) => [
        [`OPENTRAIL_ENDPOINT_${service}_ACCESS_KEY_ID`, credentials.accessKeyId],
        [`OPENTRAIL_ENDPOINT_${service}_SECRET_ACCESS_KEY`, credentials.secretAccessKey],
      ]),
    );
    server = await TestServer.start({
      flags: ['--endpoint-s3', endpoint, '--endpoint-sns', endpoint, '--endpoint-kms', endpoint],
      env,
    });
  });
  afterAll(async () => {
    await server?.dispose();
    subscriber?.close();
    moto?.kill('SIGKILL');
  });

  const motoS3 = () => new S3Client({ ...options, forcePathStyle: true });

  it('delivers encrypted log files into its bucket and tells its topic', async () => {
    await motoS3().send(new CreateBucketCommand({ Bucket: 'moto-logs' }));
    const trails = cloudTrailOf(server);
    await makeLoggingTrail(trails, 'moto-logs', { SnsTopicName: topicArn, KmsKeyId: 'alias/logs' });
    const { Trail } = await trails.send(new GetTrailCommand({ Name: 'moto-logs' }));
    expect(Trail).toMatchObject({ KmsKeyId: keyArn, SnsTopicARN: topicArn });
    await apiOf(server).post('/v1/events', ['m-1', 'm-2'].map((id) => eventLine(id)).join('\n'));
    await apiOf(server).call('/v1/flush', {});
    expect(await idsIn(motoS3(), 'moto-logs')).toEqual(['m-1', 'm-2']);

    const { Contents = [] } = await motoS3().send(new ListObjectsV2Command({ Bucket: 'moto-logs' }));
    const keys = Contents.flatMap(({ Key, Size }) => (Size ? [Key!] : []));
    const head = await motoS3().send(new HeadObjectCommand({ Bucket: 'moto-logs', Key: keys[0] }));
    expect(head).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: keyArn,
      ContentEncoding: 'gzip',
    });
    const messages = () => told.filter(({ Type }) => Type === 'Notification').map(({ Message }) => Message);
    await until('the notices are there', 120_000, () => messages().length > keys.length);
    expect(messages()[0]).toBe('CloudTrail validation message.');
    expect(
      messages()
        .slice(1)
        .map((message) => JSON.parse(message).s3ObjectKey[0])
        .toSorted(),
    ).toEqual(keys.toSorted());
  });

  it.each([
    [
      'a topic that is not there',
      () => ({ SnsTopicName: `${topicArn}-not` }),
      'InsufficientSnsTopicPolicyException',
    ],
    [
      'a key that is not there',
      () => ({ KmsKeyId: '00000000-0000-0000-0000-000000000000' }),
      'InsufficientEncryptionPolicyException',
    ],
    [
      'an alias that is not there',
      () => ({ KmsKeyId: 'alias/not-there' }),
      'InsufficientEncryptionPolicyException',
    ],
    ['no key reference at all', () => ({ KmsKeyId: 'not/a key' }), 'KmsKeyNotFoundException'],
  ])('refuses %s', async (_, change, name) => {
    const updated = cloudTrailOf(server).send(new UpdateTrailCommand({ Name: 'moto-logs', ...change() }));
    await expect(updated).rejects.toMatchObject({ name });
  });

  it('refuses a key that is disabled', async () => {
    const kms = new KMSClient(options);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata!.KeyId }));
    const updated = cloudTrailOf(server).send(
      new UpdateTrailCommand({ Name: 'moto-logs', KmsKeyId: KeyMetadata!.Arn }),
    );
    await expect(updated).rejects.toMatchObject({
      name: 'KmsException',
      message: expect.stringContaining('Disabled'),
    });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}
