// `node scripts/wasm.js`: compiles wasm/record-scanner.ts (AssemblyScript) into src/sources/parse/record-scanner.wasm.ts.
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { root } from './set-up.js';

const SOURCE = 'wasm/record-scanner.ts';
/** 3 MB: tables, texts, and the bytes that are looked at. */
const PAGES = 48;

/** The module. */
export async function compileScanner() {
  const { error, stderr, binary } = await asc.compileString(
    { [SOURCE]: await readFile(join(root, SOURCE), 'utf8') },
    {
      optimizeLevel: 3,
      shrinkLevel: 0,
      converge: true,
      noAssert: true,
      runtime: 'stub',
      enable: ['simd'],
      initialMemory: PAGES,
    },
  );
  if (error || !binary) throw new Error(`${SOURCE}: ${error?.message}\n${stderr}`);
  return Buffer.from(binary);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const module = (await compileScanner()).toString('base64');
  writeFileSync(
    join(root, 'src', 'sources', 'parse', 'record-scanner.wasm.ts'),
    `/** Made of ${SOURCE} by scripts/wasm.js: not to be changed by hand. */\nexport const RECORD_SCANNER =\n  '${module}';\n`,
  );
}
