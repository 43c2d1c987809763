import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWith, run, works } from './programs.ts';

const root = join(import.meta.dirname, '..', '..');
const hasTools = works('dpkg-deb', '--version') && works('rpmbuild', '--version');

describeWith('dpkg-deb and rpmbuild', hasTools, 'what npm run package builds', () => {
  let folder: string;
  let listing: string;
  let deb: string;
  let rpm: string;
  let installed: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'opentrail-packages-test-'));
    listing = build(join(folder, 'build'));
    const files = readdirSync(join(folder, 'build'));
    deb = join(folder, 'build', files.find((file) => file.endsWith('.deb')) ?? 'none');
    rpm = join(folder, 'build', files.find((file) => file.endsWith('.rpm')) ?? 'none');
    installed = join(folder, 'installed');
    execFileSync('dpkg-deb', ['--extract', deb, installed]);
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const field = (name: string) => execFileSync('dpkg-deb', ['--field', deb, name]).toString().trim();
  const asked = (...query: readonly string[]) =>
    execFileSync('rpm', ['-qp', ...query, rpm])
      .toString()
      .trim();

  test('lists what is in both', () => {
    for (const path of [
      'usr/lib/centreon/plugins/check_cloudtrail',
      'usr/share/man/man1/check_cloudtrail.1.gz',
    ])
      expect(listing.split(path).length - 1, path).toBeGreaterThanOrEqual(2);
  });

  test("takes the place of Centreon's package, and never lies beside it", () => {
    const theirs = 'centreon-plugin-cloud-aws-cloudtrail-api';
    expect(field('Package')).toBe(`${theirs}-opentrail`);
    for (const name of ['Provides', 'Conflicts', 'Replaces']) expect(field(name)).toBe(theirs);
    const theirRpm = 'centreon-plugin-Cloud-Aws-Cloudtrail-Api';
    expect(asked('--qf', '%{NAME}')).toBe(`${theirRpm}-opentrail`);
    expect(asked('--provides').split('\n')).toContain(theirRpm);
    expect(asked('--conflicts')).toBe(theirRpm);
    expect(asked('--obsoletes')).toBe('');
  });

  test('is for every architecture and asks for the Node that the check needs', () => {
    const { engines, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const oldest = engines.node.replace('>=', '');
    expect(field('Architecture')).toBe('all');
    expect(field('Depends')).toBe(`nodejs (>= ${oldest})`);
    expect(field('Version')).toBe(`${version}-1`);
    expect(asked('--qf', '%{ARCH} %{VERSION}-%{RELEASE}')).toBe(`noarch ${version}-1`);
    const needs = asked('--requires').split('\n');
    expect(needs.filter((need) => !need.startsWith('rpmlib('))).toEqual([`nodejs >= 1:${oldest}`]);
    // What RHEL 8 can unpack.
    expect(asked('--qf', '%{PAYLOADCOMPRESSOR}')).toBe('gzip');
  });

  test('holds the same files in both, belonging to root, and links for 64-bit RHEL', () => {
    const inDeb = execFileSync('find', ['.', '-not', '-type', 'd'], { cwd: installed }).toString();
    const inRpm = asked('-l')
      .split('\n')
      .filter((path) => !path.startsWith('/usr/lib64/') && !path.startsWith('/usr/share/doc/'))
      .filter((path) => !/^\/usr\/share\/check_cloudtrail(\/\w+)?$/.test(path));
    const fromDeb = inDeb
      .trim()
      .split('\n')
      .map((path) => path.slice(1));
    expect(fromDeb.filter((path) => !path.startsWith('/usr/share/doc/')).sort()).toEqual(inRpm.sort());
    expect(asked('-l')).toContain('/usr/lib64/nagios/plugins/check_cloudtrail_with_keys');
    expect(new Set(asked('--qf', '[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]').split('\n'))).toEqual(
      new Set(['root:root']),
    );
    const owners = execFileSync('dpkg-deb', ['--contents', deb]).toString().trim().split('\n');
    expect(owners.filter((line) => line.split(/\s+/)[1] !== 'root/root')).toEqual([]);
  });

  test.each([
    'usr/lib/centreon/plugins/check_cloudtrail',
    'usr/lib/centreon/plugins/centreon_aws_cloudtrail_api.pl',
    'usr/lib/nagios/plugins/check_cloudtrail',
    'usr/lib/nagios/plugins/check_cloudtrail_with_keys',
  ])('%s runs where it was unpacked', async (path) => {
    const env = { PATH: process.env.PATH ?? '', HOME: folder };
    const options = ['--plugin=cloud::aws::cloudtrail::plugin', '--list-mode'];
    const { status, stdout, stderr } = await run(join(installed, path), options, { env, cwd: folder });
    expect(stderr).toBe('');
    expect(stdout).toContain('checktrailstatus');
    expect(status).toBe(3);
  });

  test('checksums are those of the files', async () => {
    execFileSync('dpkg-deb', ['--control', deb, join(folder, 'control')]);
    const input = readFileSync(join(folder, 'control', 'md5sums'), 'utf8');
    const { status, stdout } = await run('md5sum', ['--check'], {
      env: { PATH: process.env.PATH ?? '', LANG: 'C' },
      cwd: installed,
      input,
    });
    expect(stdout).toMatch(/check_cloudtrail: OK/);
    expect(status).toBe(0);
  });

  test('the same sources give the same bytes', () => {
    const again = join(folder, 'again');
    build(again);
    for (const file of readdirSync(again))
      expect(readFileSync(join(again, file)).equals(readFileSync(join(folder, 'build', file))), file).toBe(
        true,
      );
    expect(readdirSync(again)).toHaveLength(2);
  }, 60_000);

  describe.each(['check_cloudtrail.1', 'check_cloudtrail_with_keys.1'])('the manual page %s', (page) => {
    test.skipIf(!works('man', '--version'))('is read by man without a warning [needs man]', async () => {
      const file = join(installed, 'usr', 'share', 'man', 'man1', `${page}.gz`);
      const env = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', MANWIDTH: '80' };
      const { status, stdout, stderr } = await run('man', ['--warnings', '-l', file], { env });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(stdout).not.toContain('@VERSION@');
    });
  });
});

function build(out: string): string {
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1767225600' };
  return execFileSync(process.execPath, [join(root, 'scripts', 'package.js'), '--out', out], {
    env,
  }).toString();
}
