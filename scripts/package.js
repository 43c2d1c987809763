// `npm run package [-- OPTIONS]`: the monitoring check as .deb and .rpm, in build/, and what is in them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildDeb } from './packages/deb.js';
import { buildRpm } from './packages/rpm.js';
import { tool } from './packages/tool.js';
import { root, setUp } from './set-up.js';

const { values } = parseArgs({
  options: {
    /** Where the packages go. */
    out: { type: 'string', default: join(root, 'build') },
    /** Counts packages of one version. */
    release: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log('usage: npm run package -- [--out FOLDER] [--release N]');
  process.exit(0);
}

setUp();
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(tmpdir(), 'opentrail-packages-'));
// The same sources give the same bytes: no file and no header holds the hour of the build.
const environment = { SOURCE_DATE_EPOCH: process.env.SOURCE_DATE_EPOCH ?? lastCommit() };
try {
  const order = { root, version, release: values.release, work, out, environment };
  const deb = buildDeb(order);
  console.log(`${deb}\n${tool('dpkg-deb', ['--info', deb])}\n${tool('dpkg-deb', ['--contents', deb])}`);
  const rpm = buildRpm(order);
  console.log(`${rpm}\n${tool('rpm', ['-qip', rpm])}\n${tool('rpm', ['-qlvp', rpm])}`);
} catch (error) {
  console.error(`opentrail: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Seconds since 1970, as text; of a source without history, a fixed day. */
function lastCommit() {
  try {
    return execFileSync('git', ['log', '-1', '--format=%ct'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .toString()
      .trim();
  } catch {
    return '1767225600';
  }
}
