#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/check_cloudtrail.js', import.meta.url);
if (existsSync(fileURLToPath(program))) {
  await import(program.href);
} else {
  console.log('UNKNOWN: opentrail is not built yet; run `npm run build` first');
  process.exitCode = 3;
}
