import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contents, fill, stage } from './contents.js';
import { tool } from './tool.js';

const replaced = 'centreon-plugin-cloud-aws-cloudtrail-api';
const name = `${replaced}-opentrail`;

/** Builds the Debian package with dpkg-deb. @returns {string} its path */
export function buildDeb({ root, version, release, work, out, environment }) {
  const files = contents(root, 'deb', name, version);
  const staged = join(work, 'deb');
  stage(files, staged);
  mkdirSync(join(staged, 'DEBIAN'), { mode: 0o755 });
  const bytes = [...files.values()].reduce((sum, file) => sum + (file.content?.length ?? 0), 0);
  const values = {
    NAME: name,
    VERSION: version,
    RELEASE: release,
    REPLACED: replaced,
    KILOBYTES: String(Math.ceil(bytes / 1024)),
  };
  const control = readFileSync(join(root, 'packaging', 'debian', 'control'), 'utf8');
  writeFileSync(join(staged, 'DEBIAN', 'control'), fill(control, values));
  writeFileSync(join(staged, 'DEBIAN', 'md5sums'), sumsOf(files));
  const place = join(out, `${name}_${version}-${release}_all.deb`);
  // gzip: Debian 11's dpkg does not read what a newer one would choose.
  tool('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', staged, place], environment);
  return place;
}

/** For dpkg --verify. */
function sumsOf(files) {
  const lines = [];
  for (const [path, file] of files) {
    if (!('link' in file))
      lines.push(`${createHash('md5').update(file.content).digest('hex')}  ${path.slice(1)}\n`);
  }
  return lines.join('');
}
