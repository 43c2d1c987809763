import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTrailBucket } from './bucket.ts';
import { describeWith, run, works } from './programs.ts';
import { TestServer } from './server.ts';

describeWith('boto3', works('python3', '-c', 'import boto3'), 'boto3', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await makeTrailBucket(server.aws, 'trail-logs');
    const records = Array.from({ length: 120 }, (_, index) => {
      const name = `user-${String(index).padStart(3, '0')}`;
      return JSON.stringify({
        eventSource: 'shop.example.com',
        eventName: 'RefundOrder',
        userIdentity: { type: 'IAMUser', userName: name },
      });
    });
    writeFileSync(join(server.folder, 'events.ndjson'), `${records.join('\n')}\n`);
    await server.opentrail('ingest', 'events.ndjson');
    await server.opentrail('wait', '--username', 'user-119', '--timeout', '20s');
  });

  afterAll(async () => {
    await server?.dispose();
  });

  /** Runs Python with a `session` and the clients made; it prints one JSON value. */
  async function python(program: string): Promise<unknown> {
    const head = 'import boto3, json, datetime\nct, s3 = boto3.client("cloudtrail"), boto3.client("s3")\n';
    const outcome = await run('python3', ['-c', head + program], { env: server.env, cwd: server.folder });
    expect(outcome).toMatchObject({ status: 0 });
    return JSON.parse(outcome.stdout);
  }

  test('the paginator of lookup_events brings every event once', async () => {
    const names = await python(`
pages = ct.get_paginator("lookup_events").paginate(
    LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "RefundOrder"}])
sizes, names = [], []
for page in pages:
    sizes.append(len(page["Events"]))
    names += [e["Username"] for e in page["Events"]]
print(json.dumps({"sizes": sizes, "names": sorted(names)}))
`);
    expect(names).toEqual({
      sizes: [50, 50, 20],
      names: Array.from({ length: 120 }, (_, index) => `user-${String(index).padStart(3, '0')}`),
    });
  });

  test('times come as datetimes, newest first', async () => {
    const answer = await python(`
events = ct.lookup_events(MaxResults=10)["Events"]
times = [e["EventTime"] for e in events]
print(json.dumps([all(isinstance(t, datetime.datetime) for t in times), times == sorted(times, reverse=True)]))
`);
    expect(answer).toEqual([true, true]);
  });

  test('paginators of list_trails, list_tags and list_objects_v2', async () => {
    const answer = await python(`
arns = [ct.create_trail(Name=f"trail-{i}", S3BucketName="trail-logs", TagsList=[{"Key": "n", "Value": str(i)}])["TrailARN"]
        for i in range(3)]
trails = [t["Name"] for p in ct.get_paginator("list_trails").paginate() for t in p["Trails"]]
tags = [t["TagsList"] for p in ct.get_paginator("list_tags").paginate(ResourceIdList=arns) for t in p["ResourceTagList"]]
for i in range(7):
    s3.put_object(Bucket="trail-logs", Key=f"mine/{i}", Body=b"x")
keys = [o["Key"] for p in s3.get_paginator("list_objects_v2").paginate(
    Bucket="trail-logs", Prefix="mine/", PaginationConfig={"PageSize": 3}) for o in p["Contents"]]
print(json.dumps([sorted(trails), sorted(t[0]["Value"] for t in tags), keys]))
`);
    expect(answer).toEqual([
      ['trail-0', 'trail-1', 'trail-2'],
      ['0', '1', '2'],
      Array.from({ length: 7 }, (_, index) => `mine/${index}`),
    ]);
  });

  test('a refusal is the exception class of its name', async () => {
    const answer = await python(`
try:
    ct.get_trail_status(Name="no-such-trail")
except ct.exceptions.TrailNotFoundException as error:
    print(json.dumps([error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]]))
`);
    expect(answer).toEqual(['TrailNotFoundException', 400]);
  });

  test('a body from a stream goes up in chunks and comes back', async () => {
    const answer = await python(`
import io
s3.upload_fileobj(io.BytesIO(b"0123456789" * 1000000), "trail-logs", "streamed")
body = s3.get_object(Bucket="trail-logs", Key="streamed")["Body"].read()
print(json.dumps([len(body), body[-10:].decode()]))
`);
    expect(answer).toEqual([10_000_000, '0123456789']);
  });
});
