import * as s3 from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { code, openS3House, type S3House, START } from './s3-house.fixture.ts';

let house: S3House;
let client: s3.S3Client;
let Bucket: string;
beforeAll(async () => {
  house = await openS3House();
  client = house.client;
});
afterAll(() => house.close());
beforeEach(async () => {
  Bucket = await house.newBucket();
});

const put = (Key: string, Body: string | Buffer = 'x', more: Partial<s3.PutObjectCommandInput> = {}) =>
  client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));

describe('buckets', () => {
  test.each(['ab', 'Upper', 'a..b', 'under_score', '192.168.0.1', 'xn--b', 'a-s3alias', 'x'.repeat(64)])(
    'the name %j is refused',
    async (name) => {
      expect(await code(client.send(new s3.CreateBucketCommand({ Bucket: name })))).toMatch(
        /InvalidBucketName/,
      );
    },
  );

  test('a name that another account has is taken', async () => {
    expect(await code(house.stranger.send(new s3.CreateBucketCommand({ Bucket })))).toBe(
      '409 BucketAlreadyExists',
    );
  });

  test('the owner may make a bucket again in us-east-1, and nowhere else', async () => {
    expect(await code(client.send(new s3.CreateBucketCommand({ Bucket })))).toBe('no error');
    const west = house.makeClient('eu-west-1');
    const make = () =>
      west.send(
        new s3.CreateBucketCommand({
          Bucket: `${Bucket}-eu`,
          CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
        }),
      );
    await make();
    expect(await code(make())).toBe('409 BucketAlreadyOwnedByYou');
    const location = await west.send(new s3.GetBucketLocationCommand({ Bucket: `${Bucket}-eu` }));
    expect(location.LocationConstraint).toBe('eu-west-1');
    expect(
      await code(
        west.send(
          new s3.CreateBucketCommand({
            Bucket: `${Bucket}-us`,
            CreateBucketConfiguration: { LocationConstraint: 'us-west-2' },
          }),
        ),
      ),
    ).toBe('400 IllegalLocationConstraintException');
  });

  test('nobody has the buckets of the policy templates, and everybody reads them', async () => {
    const templates = 'awscloudtrail-policy-us-east-1';
    expect(await code(client.send(new s3.CreateBucketCommand({ Bucket: templates })))).toBe(
      '409 BucketAlreadyExists',
    );
    for (const Key of [
      'policy/S3/AWSCloudTrail-S3BucketPolicy-2014-12-17.json',
      'policy/SNS/AWSCloudTrail-SnsTopicPolicy-2014-12-17.json',
    ]) {
      const output = await house.stranger.send(new s3.GetObjectCommand({ Bucket: templates, Key }));
      expect(JSON.parse(await output.Body!.transformToString())).toHaveProperty('Statement');
    }
    expect(await code(client.send(new s3.GetObjectCommand({ Bucket: templates, Key: 'x' })))).toBe(
      '404 NoSuchKey',
    );
  });

  test('each account lists its own', async () => {
    const mine = await client.send(new s3.ListBucketsCommand({}));
    expect(mine.Buckets?.map(({ Name }) => Name)).toContain(Bucket);
    expect(mine.Buckets?.find(({ Name }) => Name === Bucket)?.CreationDate).toEqual(new Date(START));
    expect((await house.stranger.send(new s3.ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
  });

  test('another account’s bucket is denied, a missing one is missing', async () => {
    expect(await code(house.stranger.send(new s3.HeadBucketCommand({ Bucket })))).toMatch(/^403/);
    expect(await code(house.stranger.send(new s3.HeadBucketCommand({ Bucket: 'nowhere-at-all' })))).toMatch(
      /^404/,
    );
    expect(await code(house.stranger.send(new s3.ListObjectsV2Command({ Bucket: 'nowhere-at-all' })))).toBe(
      '404 NoSuchBucket',
    );
  });

  test('an unexpected owner is denied', async () => {
    const input = { Bucket, ExpectedBucketOwner: '444455556666' };
    expect(await code(client.send(new s3.HeadBucketCommand(input)))).toMatch(/^403/);
  });

  test('only an empty bucket can be deleted', async () => {
    await put('x');
    expect(await code(client.send(new s3.DeleteBucketCommand({ Bucket })))).toBe('409 BucketNotEmpty');
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'x' }));
    await client.send(new s3.DeleteBucketCommand({ Bucket }));
    expect(await code(client.send(new s3.HeadBucketCommand({ Bucket })))).toMatch(/^404/);
  });

  const statement = (more: object = {}) => ({
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 's3:GetBucketAcl',
    Resource: 'arn:aws:s3:::BUCKET',
    ...more,
  });
  const policy = (...Statement: object[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement }, null, 1).replaceAll('BUCKET', Bucket);

  test('a policy comes back compact, is asked about, and goes', async () => {
    const Policy = policy(statement());
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    const kept = JSON.stringify(JSON.parse(Policy));
    expect((await client.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy).toBe(kept);
    house.asked.length = 0;
    await put('k');
    expect(house.asked[0]).toMatchObject({
      action: 's3:PutObject',
      resource: `arn:aws:s3:::${Bucket}/k`,
      resourceAccount: '111122223333',
      resourcePolicy: kept,
    });
    await client.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
    expect(await code(client.send(new s3.GetBucketPolicyCommand({ Bucket })))).toBe('404 NoSuchBucketPolicy');
  });

  test.each([
    ['no JSON', () => '{', /first byte/],
    ['an array', () => '[]', /first byte/],
    ['no statement', () => policy(), /Statement is empty/],
    ['no principal', () => policy(statement({ Principal: undefined })), /Missing required field Principal/],
    ['another bucket', () => policy(statement({ Resource: 'arn:aws:s3:::other/*' })), /invalid resource/],
    ['another service', () => policy(statement({ Action: 'sns:Publish' })), /invalid action/],
    ['a wrong effect', () => policy(statement({ Effect: 'Maybe' })), /Invalid effect/],
    ['an unknown field', () => policy(statement({ Resorce: '*' })), /Unknown field Resorce/],
    ['a principal that is none', () => policy(statement({ Principal: { AWS: 'bob' } })), /Invalid principal/],
    [
      'stars without end',
      () => policy(statement({ Resource: `arn:aws:s3:::${'*t'.repeat(4000)}` })),
      /invalid resource/,
    ],
  ])('a policy with %s is malformed', async (_, text, words) => {
    const call = client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: text() }));
    await expect(call).rejects.toMatchObject({
      name: 'MalformedPolicy',
      message: expect.stringMatching(words),
    });
  });

  test.each([
    [{ Principal: '*' }, true],
    [{ Principal: { AWS: ['*'] } }, true],
    [{ Principal: '*', Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } }, false],
    [{ Principal: '*', Condition: { StringNotEquals: { 'aws:SourceAccount': '111122223333' } } }, true],
    [{ Principal: { Service: 'cloudtrail.amazonaws.com' } }, false],
    [{ Principal: '*', Effect: 'Deny' }, false],
  ])('a statement with %j is public: %s', async (more, isPublic) => {
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: policy(statement(more)) }));
    const status = await client.send(new s3.GetBucketPolicyStatusCommand({ Bucket }));
    expect(status.PolicyStatus?.IsPublic).toBe(isPublic);
  });

  test('BlockPublicPolicy refuses a public policy', async () => {
    const PublicAccessBlockConfiguration = { BlockPublicPolicy: true, RestrictPublicBuckets: false };
    await client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    const open = new s3.PutBucketPolicyCommand({ Bucket, Policy: policy(statement({ Principal: '*' })) });
    expect(await code(client.send(open))).toBe('403 AccessDenied');
  });

  test('tags come back, and go', async () => {
    const TagSet = [
      { Key: 'team', Value: 'ops' },
      { Key: 'é', Value: '' },
    ];
    expect(await code(client.send(new s3.GetBucketTaggingCommand({ Bucket })))).toBe('404 NoSuchTagSet');
    await client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await client.send(new s3.GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
    await client.send(new s3.DeleteBucketTaggingCommand({ Bucket }));
    expect(await code(client.send(new s3.GetBucketTaggingCommand({ Bucket })))).toBe('404 NoSuchTagSet');
    const twice = { TagSet: [TagSet[0]!, TagSet[0]!] };
    expect(await code(client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: twice })))).toBe(
      '400 InvalidTag',
    );
  });

  test('ACLs are kept and shown', async () => {
    const before = await client.send(new s3.GetBucketAclCommand({ Bucket }));
    expect(before.Grants).toMatchObject([
      { Grantee: { ID: before.Owner!.ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' },
    ]);
    await client.send(new s3.PutBucketAclCommand({ Bucket, ACL: 'public-read' }));
    expect((await client.send(new s3.GetBucketAclCommand({ Bucket }))).Grants).toHaveLength(2);
    const { Owner, Grants } = before;
    await client.send(new s3.PutBucketAclCommand({ Bucket, AccessControlPolicy: { Owner, Grants } }));
    expect((await client.send(new s3.GetBucketAclCommand({ Bucket }))).Grants).toEqual(before.Grants);
  });

  test.each([
    ['GetBucketVersioning', {}],
    ['GetBucketLogging', {}],
    ['GetBucketAccelerateConfiguration', {}],
    ['GetBucketNotificationConfiguration', {}],
    ['GetBucketRequestPayment', { Payer: 'BucketOwner' }],
    ['GetBucketEncryption', { ServerSideEncryptionConfiguration: { Rules: [{ BucketKeyEnabled: false }] } }],
    ['GetBucketLifecycleConfiguration', 'NoSuchLifecycleConfiguration'],
    ['GetBucketReplication', 'ReplicationConfigurationNotFoundError'],
    ['GetBucketWebsite', 'NoSuchWebsiteConfiguration'],
    ['GetBucketCors', 'NoSuchCORSConfiguration'],
    ['GetObjectLockConfiguration', 'ObjectLockConfigurationNotFoundError'],
    ['GetPublicAccessBlock', 'NoSuchPublicAccessBlockConfiguration'],
    ['GetBucketOwnershipControls', 'OwnershipControlsNotFoundError'],
    ['GetBucketPolicyStatus', 'NoSuchBucketPolicy'],
  ] as const)('%s answers as for a bucket where it was never set', async (operation, expected) => {
    // biome-ignore lint/performance/noDynamicNamespaceImportAccess: the table names the operations
    const Command = s3[`${operation}Command`] as unknown as new (input: object) => s3.GetBucketCorsCommand;
    const call = client.send(new Command({ Bucket }));
    if (typeof expected === 'string')
      await expect(call).rejects.toMatchObject({ name: expected, $metadata: { httpStatusCode: 404 } });
    else expect(await call).toMatchObject(expected);
  });

  test('a configuration that could not take effect is refused', async () => {
    const lifecycle = new s3.PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [{ Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }],
      },
    });
    expect(await code(client.send(lifecycle))).toBe('501 NotImplemented');
    const versioning = { Bucket, VersioningConfiguration: { Status: 'Enabled' as const } };
    expect(await code(client.send(new s3.PutBucketVersioningCommand(versioning)))).toBe('501 NotImplemented');
    const rule = (SSEAlgorithm: 'AES256' | 'aws:kms') => ({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }],
      },
    });
    expect(await code(client.send(new s3.PutBucketEncryptionCommand(rule('aws:kms'))))).toBe(
      '501 NotImplemented',
    );
    expect(await code(client.send(new s3.PutBucketEncryptionCommand(rule('AES256'))))).toBe('no error');
  });
});
