import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { extname, join } from 'node:path';

/** Written into dist when a build is whole; its time is the moment before the sources were read. */
const stampName = '.built';

/** Builds when dist is missing or older than anything that goes into it. */
export function buildIfNeeded(root) {
  const stamp = join(root, 'dist', stampName);
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  if (built >= newestSource(root)) return;
  console.error('opentrail: building …');
  build(root);
}

/**
 * Compiles src into dist. The new build takes the old one's place in one step when it is whole: a process that runs
 * from dist, or a second build, never sees half of it.
 */
export function build(root) {
  const startedAt = new Date();
  const fresh = mkdtempSync(join(root, 'dist-new-'));
  const old = `${fresh}-old`;
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const config = join(root, 'tsconfig.build.json');
    const done = spawnSync(process.execPath, [tsc, '-p', config, '--outDir', fresh], {
      stdio: ['ignore', 2, 2],
    });
    if (done.status !== 0) throw new Error('the build failed; the type errors are above');
    copyAssets(join(root, 'src'), fresh);
    for (const script of ['bundle-check.js', 'bundle-validate-logs.js']) bundle(root, script, fresh);
    const stamp = join(fresh, stampName);
    writeFileSync(stamp, '');
    utimesSync(stamp, startedAt, startedAt);
    takePlace(fresh, join(root, 'dist'), old);
  } catch (error) {
    console.error(`opentrail: ${error instanceof Error ? error.message : error}`);
    rmSync(fresh, { recursive: true, force: true });
    process.exit(1);
  }
}

/** Joins modules of the build into fewer files; the bundler works asynchronously, we do not. */
function bundle(root, script, dist) {
  const done = spawnSync(process.execPath, [join(root, 'scripts', script), dist], {
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) throw new Error(`scripts/${script} failed; why is said above`);
}

/** Another build may do the same at the same moment: then one of the two goes again. */
function takePlace(fresh, place, old) {
  for (let attempt = 1; ; attempt++) {
    try {
      if (existsSync(place)) renameSync(place, `${old}-${attempt}`);
      renameSync(fresh, place);
      return;
    } catch (error) {
      if (attempt === 5) throw error;
    } finally {
      rmSync(`${old}-${attempt}`, { recursive: true, force: true });
    }
  }
}

/** Files that the compiler does not know (SQL, templates) go along as they are. */
function copyAssets(from, to) {
  cpSync(from, to, {
    recursive: true,
    filter: (file) => statSync(file).isDirectory() || !['.ts', '.md'].includes(extname(file)),
  });
}

function newestSource(root) {
  const single = ['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) =>
    timeOf(join(root, name)),
  );
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() || !/\.(test|fixture)\.ts$/.test(entry.name))
    .map((entry) => timeOf(join(entry.parentPath, entry.name)));
  return Math.max(...single, ...sources);
}

/** A folder's time counts too: it changes when a file is taken away. */
function timeOf(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}
