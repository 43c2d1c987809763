import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AwsForks } from './aws-forks.ts';
import { findAwsScript } from './aws-script.ts';
import { describeWith } from './programs.ts';
import { TestServer } from './server.ts';

// The other tests believe what a fork of the AWS CLI says. Here it is held against the program itself.
describeWith('an AWS CLI in Python', findAwsScript() !== undefined, 'a fork of the AWS CLI', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.aws.text('s3api', 'create-bucket', '--bucket', 'forked');
    writeFileSync(join(server.folder, 'bytes'), Buffer.from([0, 255, 10, 13, 128]));
  });
  afterAll(async () => {
    await server?.dispose();
  });

  test.each([
    ['an answer', ['s3api', 'list-buckets']],
    ['a refusal', ['cloudtrail', 'get-trail', '--name', 'none']],
    ['a command that does not exist', ['cloudtrail', 'paint-trail']],
    ['what is checked before anything is sent', ['s3api', 'get-object', '--bucket', 'forked']],
    ['a table', ['sts', 'get-caller-identity', '--output', 'table']],
    ['what the command itself says', ['s3', 'cp', '--no-progress', 'bytes', 's3://forked/']],
    ['bytes', ['s3', 'cp', 's3://forked/bytes', '-']],
    ['letters beyond ASCII', ['s3', 'ls', 's3://forked/ünï']],
    ['the version', ['--version']],
  ])('says and ends as the program does: %s', async (_, args) => {
    const aws = server.aws;
    expect(await aws.run(...args)).toEqual(await aws.runProcess(...args));
  });

  test('sees its own environment and folder, also beside others', async () => {
    const signedFor = async (region: string) => {
      const { stderr } = await server.aws.with({ AWS_DEFAULT_REGION: region }).run('s3', 'ls', '--debug');
      return /Credential=[^/]*\/\d+\/([^/]*)\//.exec(stderr)?.[1];
    };
    const regions = ['eu-west-1', 'eu-west-2', 'eu-west-3'];
    expect(await Promise.all(regions.map(signedFor))).toEqual(regions);
    await server.aws.text('s3', 'cp', 's3://forked/bytes', 'here');
    expect(readFileSync(join(server.folder, 'here')).length).toBe(5);
    expect(
      (await server.aws.with({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }).run('s3', 'ls')).stderr,
    ).toContain('credentials');
  });

  test('is killed when its time is over', async () => {
    const command = { env: server.env, cwd: undefined, args: ['s3', 'cp', '/dev/zero', 's3://forked/zero'] };
    const outcome = await AwsForks.start()!.run({ ...command, milliseconds: 1 });
    expect(outcome.status).toBeNull();
  });
});
