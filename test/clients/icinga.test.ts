import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith, type Outcome, run, works } from './programs.ts';

const packaged = join(import.meta.dirname, '..', '..', 'packaging', 'icinga2');

describeWith('icinga2', works('icinga2', '--version'), 'Icinga 2 with the packaged configuration', () => {
  let folder: string;
  let checked: Outcome;
  let services: ReadonlyMap<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'opentrail-icinga-'));
    checked = await validate(folder, readFileSync(join(packaged, 'cloudtrail-hosts.conf'), 'utf8'));
    services = await commandsOfServices(folder);
  }, 60_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('its validator accepts it, with the example hosts, and warns of nothing', () => {
    expect(checked.stdout + checked.stderr).not.toMatch(/warning\/|critical\//);
    expect(checked.stdout).toContain('Finished validating the configuration file(s).');
    expect(checked.status).toBe(0);
  });

  test('a host brings its services', () => {
    expect([...services].sort()).toEqual([
      ['Cloudtrail-Check-Trail-Status', 'cloudtrail-trail-status'],
      ['Cloudtrail-Check-Trail-Status-security', 'cloudtrail-trail-status'],
      ['Cloudtrail-Count-Events', 'cloudtrail-count-events'],
      ['Cloudtrail-Count-Events-refused', 'cloudtrail-count-events'],
      ['Cloudtrail-Delivery', 'cloudtrail-delivery'],
      ['Cloudtrail-Digest', 'cloudtrail-digest'],
      ['Cloudtrail-Suspicious', 'cloudtrail-suspicious'],
    ]);
  });

  test('the validator would have found a command that is not there', async () => {
    const broken = `object Host "h" {
  import "Cloud-Aws-CloudTrail"
  check_command = "cloudtrail-of-nobody"
}
`;
    const other = join(folder, 'broken');
    mkdirSync(other);
    const { status, stdout, stderr } = await validate(other, broken);
    expect(status).not.toBe(0);
    expect(stdout + stderr).toContain('cloudtrail-of-nobody');
  }, 60_000);
});

/** Runs the validator as Icinga's own user manual does, with folders that it may write into. */
async function validate(folder: string, hosts: string): Promise<Outcome> {
  const main = join(folder, 'icinga2.conf');
  const hostsFile = join(folder, 'hosts.conf');
  writeFileSync(hostsFile, hosts);
  const files = [join(packaged, 'cloudtrail.conf'), hostsFile].map((file) => `include "${file}"\n`);
  writeFileSync(
    main,
    `include <itl>
const PluginDir = "/usr/lib/nagios/plugins"
const NodeName = "test"
${files.join('')}`,
  );
  const places = ['DataDir', 'LogDir', 'InitRunDir', 'CacheDir'].flatMap((name) => {
    mkdirSync(join(folder, name), { recursive: true });
    return ['-D', `${name}=${join(folder, name)}`];
  });
  const help = await run('icinga2', ['daemon', '--help'], { env: icingaEnv() });
  // Newer ones write down what they have read only when asked to; older ones always do, and know no such flag.
  const dump = help.stdout.includes('--dump-objects') ? ['--dump-objects'] : [];
  const args = ['daemon', '-C', ...dump, '-c', main, ...places];
  return await run('icinga2', args, { env: icingaEnv(), cwd: folder, milliseconds: 30_000 });
}

/** Check command of each service that the validated configuration has, by the service's name. */
async function commandsOfServices(folder: string): Promise<ReadonlyMap<string, string>> {
  const place = ['-D', `CacheDir=${join(folder, 'CacheDir')}`];
  const args = ['object', 'list', '--type', 'Service', ...place];
  const { stdout } = await run('icinga2', args, { env: icingaEnv(), cwd: folder, milliseconds: 30_000 });
  const found = new Map<string, string>();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the listing is coloured
  for (const block of stdout.replace(/\u001b\[[\d;]*m/g, '').split(/^Object /m)) {
    const name = /^'[^']*!([^']*)' of type 'Service'/.exec(block)?.[1];
    const command = /\* check_command = "([^"]*)"/.exec(block)?.[1];
    if (name !== undefined && command !== undefined) found.set(name, command);
  }
  return found;
}

/** Icinga started by root goes on as another user, who may not write into the folder: unless it is told to stay root. */
function icingaEnv(): Record<string, string> {
  const env: Record<string, string> = { PATH: process.env.PATH ?? '' };
  return process.getuid?.() === 0 ? { ...env, ICINGA2_USER: 'root', ICINGA2_GROUP: 'root' } : env;
}
