// `node scripts/bundle-check.js DIST`: part of the build. Puts the monitoring check into one file without dependencies,
// DIST/check_cloudtrail.js, which packages install alone. It runs as an ES module here and as CommonJS where no
// package.json stands above it, so built-in modules come from whichever of the two there is.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const dist = process.argv[2] ?? 'dist';
const bundle = await rolldown({ input: join(dist, 'checks', 'program.js'), platform: 'node' });
const { output } = await bundle.generate({
  ...{ format: 'cjs', minify: 'dce-only', comments: false },
  // What only some checks need runs when they ask for it.
  codeSplitting: false,
});
await bundle.close();
if (output.length !== 1) throw new Error('the check does not fit into one file');

const file = join(dist, 'check_cloudtrail.js');
const modules = "typeof require === 'function' ? require : process.getBuiltinModule";
let code = output[0].code.replace(/^\/\/ \S+\.js\n/gm, ''); // paths of this machine
// Loading these takes a tenth of a whole check, and few checks need them.
for (const name of ['zlib', 'child_process']) {
  const declared = `let node_${name} = require("node:${name}");`;
  if (!code.includes(declared)) throw new Error(`the bundle does not require node:${name} as it did`);
  code = code
    .replace(declared, `let node_${name} = () => require("node:${name}");`)
    .replaceAll(`node_${name}.`, `node_${name}().`);
}
writeFileSync(file, `#!/usr/bin/env node\n(function (require) {\n${code}\n})(${modules});\n`);
chmodSync(file, 0o755);
