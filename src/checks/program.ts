import { writeSync } from 'node:fs';
import { runCheck } from './index.ts';

/** Runs as the process. The answer is written at once and whole; then nothing keeps the process alive. */
async function main(): Promise<void> {
  const { text, exitCode } = await runCheck(process.argv.slice(2), {
    env: process.env,
    now: Date.now,
    command: [process.execPath, process.argv[1] ?? ''],
  });
  writeAll(Buffer.from(text));
  process.exit(exitCode);
}

/** A full pipe says EAGAIN until its reader has read; a reader that has gone wants nothing more. */
function writeAll(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
  }
}

void main();
