// `npm run bench [-- NAME [FLAGS]]`: compiles src and bench, then runs bench/NAME.ts (default: index).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp } from './set-up.js';

setUp();

const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith('-');
const name = named ? first : 'index';
const source = join(root, 'bench', `${name}.ts`);
if (!existsSync(source)) {
  const known = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.ts'));
  console.error(`there is no bench ${name}; there are: ${known.map((file) => file.slice(0, -3)).join(', ')}`);
  process.exit(2);
}

const target = join(root, '.bench');
rmSync(target, { recursive: true, force: true });
run(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ['-p', join(root, 'tsconfig.bench.json')]);
run(join(target, 'bench', `${name}.js`), named ? rest : process.argv.slice(2));

function run(file, args) {
  const done = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
}
