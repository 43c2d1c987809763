/**
 * The floor of `validate-logs`: as many threads as cores, each with every n-th log file of a folder, and nothing but
 * reading, gunzip and SHA-256. `node gunzip-and-hash.js FOLDER` prints the seconds from when it has started.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';

if (isMainThread) console.log(await hashAll(process.argv[2] ?? '.'));
else hashSome(workerData as readonly string[]);

async function hashAll(root: string): Promise<number> {
  const begun = performance.now();
  const logs = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.includes('/CloudTrail/') && name.endsWith('.json.gz'),
  );
  const threads = availableParallelism();
  await Promise.all(
    Array.from({ length: threads }, (_, first) => {
      const files = logs.filter((__, index) => index % threads === first).map((name) => join(root, name));
      const worker = new Worker(new URL(import.meta.url), { workerData: files });
      return new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
    }),
  );
  return (performance.now() - begun) / 1000;
}

function hashSome(files: readonly string[]): void {
  const hashes = files.map((file) =>
    createHash('sha256')
      .update(gunzipSync(readFileSync(file)))
      .digest('hex'),
  );
  parentPort?.postMessage(hashes.length);
}
