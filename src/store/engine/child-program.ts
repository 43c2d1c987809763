import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * The file that Node runs as the engine's process. Built, it stands beside this file. Run from TypeScript sources
 * (tests, on Node 20 which cannot strip types), it is compiled once for each content of the sources into
 * node_modules/.cache, where imports still find the dependencies.
 */
export async function findChildProgram(): Promise<string> {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith('.js')) return join(dirname(here), 'process.js');
  return compileFromSources(dirname(here));
}

async function compileFromSources(folder: string): Promise<string> {
  const require = createRequire(import.meta.url);
  const modules = dirname(dirname(require.resolve('chdb/package.json')));
  const cache = join(modules, '.cache', 'opentrail-engine', await contentHash([folder, dirname(folder)]));
  const program = join(cache, 'engine', 'process.js');
  if (existsSync(program)) return program;
  const fresh = `${cache}.${process.pid}.${Date.now()}`;
  await mkdir(fresh, { recursive: true });
  await writeFile(join(fresh, 'package.json'), '{"type":"module"}');
  const tsc = join(modules, '.bin', 'tsc');
  const flags = [
    '--ignoreConfig',
    '--noCheck',
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--types',
    'node',
  ];
  const layout = ['--rewriteRelativeImportExtensions', '--rootDir', dirname(folder), '--outDir', fresh];
  await promisify(execFile)(tsc, [...flags, ...layout, join(folder, 'process.ts')]);
  // Several test workers may compile at once: the first rename wins, the others are the same files.
  await rename(fresh, cache).catch(() => rm(fresh, { recursive: true, force: true }));
  return program;
}

async function contentHash(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const name of (await readdir(folder)).sort()) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      hash.update(name).update(await readFile(join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
