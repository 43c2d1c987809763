import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import type { Outcome } from './programs.ts';
import { TestServer } from './server.ts';

describe('the guide of first steps, typed as it stands there', () => {
  let server: TestServer;
  let session: Outcome;

  beforeAll(async () => {
    server = await TestServer.start();
    const commands = commandsOf('docs/guides/first-steps.md', 'run');
    session = await typeCommands(`eval "$(npx opentrail env)"\n${commands}`, server);
  });

  afterAll(async () => {
    await server?.dispose();
  });

  test('every command succeeds', () => {
    expect(session.status, transcript(session, server)).toBe(0);
  });

  test('the event that curl sent was accepted, found and exported', async () => {
    expect(session.stdout).toMatch(/"accepted": ?1/);
    expect(await server.opentrail('lookup', '--event-name', 'RefundOrder', '--output', 'json')).toContain(
      '4711',
    );
    expect(session.stdout).toContain('"order":"4711"');
  });
});

describe('the guide of backup and restore, typed as it stands there', () => {
  let server: TestServer;
  let session: Outcome;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.aws.text('s3', 'mb', 's3://kept');
    session = await typeCommands(commandsOf('docs/guides/backup.md', 'run'), server);
  });

  afterAll(async () => {
    await server?.dispose();
  });

  test('every command succeeds', () => {
    expect(session.status, transcript(session, server)).toBe(0);
  });

  test('the restored directory serves what was backed up', async () => {
    await server.restart({ dataDir: join(server.folder, 'opentrail-restored') });
    expect(await server.aws.text('s3', 'ls')).toContain('kept');
  });
});
