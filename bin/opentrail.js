#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// The AWS SDK prints a warning about Node 20 into every command's output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(fileURLToPath(main))) {
  await (await import(main.href)).main();
} else {
  console.error('opentrail: not built yet; run `npm start` or `npm run build` first');
  process.exitCode = 1;
}
