import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

// `npm run bench`: everything that is measured, one after the other; on a machine that does nothing else. Each line says
// the command that repeats it alone.
const RUNS: readonly (readonly string[])[] = [
  ['ingest', '--size', '1', '--seconds', '10'],
  ['ingest', '--size', '10', '--seconds', '10'],
  ['ingest', '--size', '100', '--seconds', '10'],
  ['ingest', '--size', '100', '--seconds', '60', '--rate', '15000'],
  ['lookup', '--events', '1000000'],
  ['lookup', '--events', '5000000'],
  ['validate-logs'],
  ['checks'],
  ['filter-patterns'],
  ['log-filters'],
];

for (const [name = '', ...flags] of RUNS) {
  const file = join(import.meta.dirname, `${name}.js`);
  if (!existsSync(file)) continue;
  console.log(`\n== npm run bench -- ${[name, ...flags].join(' ')}`);
  const { status } = spawnSync(process.execPath, [file, ...flags], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
