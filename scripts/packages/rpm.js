import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contents, fill, stage } from './contents.js';
import { tool } from './tool.js';

const replaced = 'centreon-plugin-Cloud-Aws-Cloudtrail-Api';
const name = `${replaced}-opentrail`;

/** Folders that are this package's own, and not the distribution's. */
const ownFolders = ['/usr/share/check_cloudtrail'];

/** Builds the package of RHEL and its kin, 8 and 9, with rpmbuild. @returns {string} its path */
export function buildRpm({ root, version, release, work, out, environment }) {
  const files = contents(root, 'rpm', name, version);
  const staged = join(work, 'rpm');
  stage(files, staged);
  const listed = [...files.keys()].filter((path) => !ownFolders.some((folder) => path.startsWith(folder)));
  const values = {
    NAME: name,
    VERSION: version,
    RELEASE: release,
    REPLACED: replaced,
    FILES: [...ownFolders, ...listed].map((path) => `%attr(-,root,root) ${path}`).join('\n'),
  };
  const spec = join(work, 'package.spec');
  writeFileSync(spec, fill(readFileSync(join(root, 'packaging', 'rpm', 'package.spec'), 'utf8'), values));
  const top = join(work, 'rpmbuild');
  mkdirSync(top);
  const macros = {
    _topdir: top,
    staged,
    // What RHEL 8's rpm reads.
    _binary_payload: 'w9.gzdio',
    // The files are final: nothing may strip, compress or rewrite their first lines.
    __os_install_post: '%{nil}',
    _buildhost: 'localhost',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
  };
  const defines = Object.entries(macros).flatMap(([word, value]) => ['--define', `${word} ${value}`]);
  tool('rpmbuild', ['-bb', '--quiet', '--target', 'noarch', ...defines, spec], environment);
  const file = `${name}-${version}-${release}.noarch.rpm`;
  copyFileSync(join(top, 'RPMS', 'noarch', file), join(out, file));
  return join(out, file);
}
