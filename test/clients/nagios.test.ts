import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTrail } from '../fault/house-keeping.ts';
import { Nagios } from './nagios.ts';
import { describeWith, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '..', '..');
const status = 'Cloudtrail-Check-Trail-Status';
const counts = 'Cloudtrail-Count-Events';

describeWith('nagios4', works('nagios4', '--version'), 'Nagios with the packaged configuration', () => {
  let server: TestServer;
  let nagios: Nagios;
  let secrets: readonly string[];

  beforeAll(async () => {
    server = await TestServer.start();
    await makeTrail(server, 'watched');
    await makeTrail(server, 'other');
    // An event with an error message, for the counts.
    await server.aws.run('cloudtrail', 'get-trail-status', '--name', 'nobody-made-this');
    const folder = join(server.folder, 'nagios');
    mkdirSync(folder);
    // The least that the checks need: what the guides tell to make.
    const keys = await server.opentrail('users', 'create', 'nagios', '--preset', 'monitoring');
    const keyOf = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(keys)?.[1] ?? '';
    secrets = [keyOf('AWS_SECRET_ACCESS_KEY'), server.env.AWS_SECRET_ACCESS_KEY ?? ''];
    const credentials = join(folder, 'credentials');
    writeFileSync(
      credentials,
      `[audit]\naws_access_key_id = ${keyOf('AWS_ACCESS_KEY_ID')}\naws_secret_access_key = ${secrets[0]}\n`,
      { mode: 0o600 },
    );
    nagios = new Nagios(folder, hosts(server), {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_CONFIG_FILE: '/dev/null',
    });
    nagios.start();
  }, 90_000);

  afterAll(async () => {
    await nagios?.stop();
    await server?.dispose();
  });

  const becomes = async (host: string, service: string, state: number) => {
    const seen = () => nagios.service(host, service);
    try {
      await until(`${host}/${service} is ${state}`, 20_000, () => seen().state === state);
    } catch (error) {
      throw new Error(`${error}; last: ${JSON.stringify(seen())}\n${nagios.output}`);
    }
    return seen();
  };

  test('nagios4 -v finds nothing wrong with it', async () => {
    const { status, stdout } = await run('nagios4', ['-v', nagios.configuration], { env: server.plainEnv });
    expect(stdout).toMatch(/^Total Errors: +0$/m);
    expect(status).toBe(0);
  });

  test('and nothing with the hosts that come along as an example', async () => {
    const folder = join(server.folder, 'example');
    mkdirSync(folder);
    const example = readFileSync(join(root, 'packaging', 'nagios', 'cloudtrail-hosts.cfg'), 'utf8');
    const { configuration } = new Nagios(folder, example, {});
    const { status, stdout } = await run('nagios4', ['-v', configuration], { env: server.plainEnv });
    expect(stdout).toMatch(/^Total Errors: +0$/m);
    expect(status).toBe(0);
  });

  test('a stopped trail turns its service CRITICAL, and started again OK', async () => {
    expect(await becomes('by-file', status, 0)).toEqual({
      state: 0,
      output: 'OK: Trail is logging: 1',
      performance: "'trail_is_logging'=1;;;0;",
    });
    await server.aws.text('cloudtrail', 'stop-logging', '--name', 'watched');
    expect(await becomes('by-file', status, 2)).toEqual({
      state: 2,
      output: 'CRITICAL: Trail is logging: 0',
      performance: "'trail_is_logging'=0;;;0;",
    });
    // Another trail of the same host is not touched by that.
    await becomes('by-file', `${status}-other`, 0);
    await server.aws.text('cloudtrail', 'start-logging', '--name', 'watched');
    await becomes('by-file', status, 0);
  }, 90_000);

  test('keys in macros of the host work, too', async () => {
    await becomes('by-macros', status, 0);
  }, 30_000);

  test('half a key in macros is refused with words', async () => {
    const { output } = await becomes('half', status, 3);
    expect(output).toBe('UNKNOWN: Need both macros of the host, AWSACCESSKEY and AWSSECRETKEY, or neither.');
  }, 30_000);

  test('counts the events of the last minutes', async () => {
    const { output, performance } = await becomes('by-file', counts, 0);
    expect(output).toMatch(/^OK: Number of events: [1-9]\d*\.00$/);
    expect(performance).toMatch(/^'events_count'=[1-9]\d*\.00;;;0;$/);
  }, 30_000);

  test('a pattern as an argument of the command may hold what Nagios takes out of macros', async () => {
    expect((await becomes('by-file', 'refused', 1)).output).toMatch(/^WARNING: Number of events: [1-9]/);
  }, 30_000);

  describe('no command line', () => {
    test('ever held a key', async () => {
      await becomes('by-file', status, 0);
      await becomes('by-macros', status, 0);
      const lines = readFileSync(nagios.commandLines, 'utf8');
      expect(lines).toContain('--mode=checktrailstatus --trail-name=watched');
      for (const secret of secrets) {
        expect(secret).toMatch(/^.{40}$/);
        expect(lines).not.toContain(secret);
      }
    }, 30_000);
  });
});

function hosts(server: TestServer): string {
  const host = (name: string, ...lines: readonly string[]) => `define host {
    use             Cloud-Aws-CloudTrail-custom
    host_name       ${name}
    address         127.0.0.1
    _AWSENDPOINT    ${server.url}
    _TRAILNAME      watched
    ${lines.join('\n    ')}
}
`;
  const service = (name: string, template: string, ...lines: readonly string[]) => `define service {
    use                 Cloud-Aws-Cloudtrail-${template}-Api-custom
    host_name           by-file
    service_description ${name}
    ${lines.join('\n    ')}
}
`;
  return [
    host('by-file', '_AWSPROFILE audit'),
    host(
      'by-macros',
      `_AWSACCESSKEY ${server.env.AWS_ACCESS_KEY_ID}`,
      `_AWSSECRETKEY ${server.env.AWS_SECRET_ACCESS_KEY}`,
    ),
    host('half', `_AWSACCESSKEY ${server.env.AWS_ACCESS_KEY_ID}`),
    service(`${status}-other`, 'Check-Trail-Status', '_TRAILNAME other'),
    service(
      'refused',
      'Count-Events',
      'check_command check_cloudtrail_count_events!!^(Unknown|No) trail!10!0!',
    ),
  ].join('\n');
}
