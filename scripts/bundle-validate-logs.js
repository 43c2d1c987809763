// `node scripts/bundle-validate-logs.js DIST`: part of the build. Joins the modules of the command and of its threads
// into a few files, in their places: to load sixty small ones takes as long as to validate hundreds of log files.
import { isAbsolute, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const cli = resolve(process.argv[2] ?? 'dist', 'cli');
const entries = ['commands/validate-logs', 'validate-logs/inspect-worker'];
// Its error class must be the one that the rest of the command line knows.
const shared = join(cli, 'context.js');
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, join(cli, `${entry}.js`)])),
  platform: 'node',
  external: (id) => id === shared || !(id.startsWith('.') || isAbsolute(id)),
});
await bundle.write({
  ...{ dir: cli, format: 'esm', comments: false },
  chunkFileNames: 'validate-logs/joined-[name].js',
});
await bundle.close();
