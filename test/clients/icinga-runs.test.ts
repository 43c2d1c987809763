import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTrail } from '../fault/house-keeping.ts';
import { describeWith, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '..', '..');
const isThere = works('icinga2', '--version');

describeWith('icinga2', isThere, 'Icinga 2 runs the packaged checks', () => {
  let server: TestServer;
  let folder: string;
  let icinga: ChildProcess;
  let output = '';

  beforeAll(async () => {
    server = await TestServer.start();
    await makeTrail(server, 'watched');
    folder = join(server.folder, 'icinga');
    mkdirSync(join(folder, 'results'), { recursive: true });
    writePlugins(folder);
    writeFileSync(join(folder, 'icinga2.conf'), configuration(folder, server));
    icinga = startIcinga(folder);
    icinga.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }, 90_000);

  afterAll(async () => {
    // The whole group at once: Icinga is three processes, and takes a minute to end when it is asked to.
    if (icinga?.pid !== undefined && icinga.exitCode === null) {
      const ended = once(icinga, 'exit');
      process.kill(-icinga.pid, 'SIGKILL');
      await ended;
    }
    await server?.dispose();
  });

  const becomes = async (line: string) => {
    try {
      await until(`a result is ${line}`, 30_000, () => resultsIn(folder).at(-1) === line);
    } catch (error) {
      throw new Error(`${error}; results: ${resultsIn(folder).slice(-3).join(', ')}\n${output.slice(-3000)}`);
    }
  };

  test('a stopped trail turns its service critical, and started again ok', async () => {
    await becomes('0 OK: Trail is logging: 1');
    await server.aws.text('cloudtrail', 'stop-logging', '--name', 'watched');
    await becomes('2 CRITICAL: Trail is logging: 0');
    await server.aws.text('cloudtrail', 'start-logging', '--name', 'watched');
    await becomes('0 OK: Trail is logging: 1');
  }, 120_000);

  test('the keys, which are variables here, came by the environment', () => {
    const lines = readFileSync(join(folder, 'command-lines'), 'utf8');
    expect(lines).toContain('--trail-name watched');
    expect(lines).not.toContain(server.env.AWS_SECRET_ACCESS_KEY);
    expect(lines).not.toContain(server.env.AWS_ACCESS_KEY_ID);
  });
});

function startIcinga(folder: string): ChildProcess {
  const places = ['DataDir', 'LogDir', 'InitRunDir', 'CacheDir'].flatMap((name) => {
    mkdirSync(join(folder, name));
    return ['-D', `${name}=${join(folder, name)}`];
  });
  const stay = process.getuid?.() === 0 ? { ICINGA2_USER: 'root', ICINGA2_GROUP: 'root' } : {};
  return spawn('icinga2', ['daemon', '-c', join(folder, 'icinga2.conf'), ...places], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...stay },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
}

/** The wrapper as it is, and the check behind a note of its command line. */
function writePlugins(folder: string): void {
  const plugins = join(folder, 'plugins');
  mkdirSync(plugins);
  cpSync(join(root, 'packaging', 'check_cloudtrail_with_keys'), join(plugins, 'check_cloudtrail_with_keys'));
  const check = join(plugins, 'check_cloudtrail');
  const program = `exec '${process.execPath}' '${join(root, 'dist', 'check_cloudtrail.js')}' "$@"`;
  writeFileSync(check, `#!/bin/sh\necho "$*" >>'${join(folder, 'command-lines')}'\n${program}\n`);
  chmodSync(check, 0o755);
}

function configuration(folder: string, server: TestServer): string {
  return `include <itl>
const PluginDir = "${folder}/plugins"
const NodeName = "test"
object CheckerComponent "checker" {}
object PerfdataWriter "results" {
  host_perfdata_path = "${folder}/hosts"
  service_perfdata_path = "${folder}/results/r"
  host_temp_path = "${folder}/hosts.tmp"
  service_temp_path = "${folder}/results.tmp"
  service_format_template = "$service.state_id$ $service.output$"
  rotation_interval = 1s
}
include "${join(root, 'packaging', 'icinga2', 'cloudtrail.conf')}"
object Host "account" {
  import "Cloud-Aws-CloudTrail"
  vars.cloudtrail_awsendpoint = "${server.url}"
  vars.cloudtrail_awsregion = "us-east-1"
  vars.cloudtrail_awsaccesskey = "${server.env.AWS_ACCESS_KEY_ID}"
  vars.cloudtrail_awssecretkey = "${server.env.AWS_SECRET_ACCESS_KEY}"
}
object Service "status" {
  import "Cloud-Aws-Cloudtrail-Check-Trail-Status-Api"
  host_name = "account"
  vars.cloudtrail_trailname = "watched"
  check_interval = 1s
  retry_interval = 1s
}
`;
}

/** What Icinga has written about the trail's status, oldest first; its files have the second in their names. */
function resultsIn(folder: string): string[] {
  return readdirSync(join(folder, 'results'))
    .sort()
    .flatMap((file) => readFileSync(join(folder, 'results', file), 'utf8').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line.includes('Trail is logging'));
}
