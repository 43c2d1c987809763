import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { hasCorpusFiles, readCorpusFiles } from './corpus-files.ts';
import { randomFrom, seedOf } from './random.ts';

const ROUNDS = Number(process.env.OPENTRAIL_TEST_ROUNDS ?? 20);
const root = join(import.meta.dirname, '..', '..');
const child = join(import.meta.dirname, 'collect-child.js');
const folder = mkdtempSync(join(tmpdir(), 'opentrail-collect-kill-'));
const bucket = join(folder, 'bucket');

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Counts {
  readonly files: number;
  readonly records: number;
  readonly kept: number;
  readonly duplicates: number;
  readonly fed: number;
}

/** Runs the collector until `isEnough`, then as long again as `longer` says, and cuts the power. */
async function collectUntil(isEnough: (counts: Counts) => boolean, longer: number): Promise<Counts> {
  const running = spawn(process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let last: Counts | undefined;
  const errors: string[] = [];
  const exited = once(running, 'exit');
  // Far more than it needs: without an end of its own, a hang would say nothing.
  const patience = globalThis.setTimeout(() => running.kill('SIGKILL'), 60_000);
  for await (const line of createInterface({ input: running.stdout })) {
    const said = JSON.parse(line) as Counts & { readonly error?: string };
    if (said.error !== undefined) errors.push(line);
    else last = said;
    if (last && isEnough(last)) break;
  }
  clearTimeout(patience);
  expect(last && isEnough(last), `within a minute; at ${JSON.stringify(last)}`).toBe(true);
  await setTimeout(longer);
  running.kill('SIGKILL');
  await exited;
  expect(errors).toEqual([]);
  if (!last) throw new Error('the collector ended before it said anything');
  return last;
}

test.skipIf(!hasCorpusFiles)(
  `${ROUNDS} power cuts lose and double no record`,
  async () => {
    execFileSync(process.execPath, [join(root, 'scripts', 'ready.js')], { stdio: 'inherit' });
    const random = randomFrom(seedOf('collect-kill'));
    const files = [...readCorpusFiles()].map((file) => [random(), file] as const).sort(([a], [b]) => a - b);
    mkdirSync(bucket);
    const share = Math.ceil(files.length / ROUNDS);
    let collected = 0;
    let there = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [, [key, body]] of files.splice(0, share)) {
        writeFileSync(join(bucket, encodeURIComponent(key)), body);
        there++;
      }
      // Somewhere within the files that are new in this round, or right after the last of them.
      const goal = Math.min(there, collected + Math.floor(random() * share * 0.9));
      ({ files: collected } = await collectUntil(({ files }) => files >= goal, random() * 60));
    }
    const counts = await collectUntil(({ records, kept, fed }) => records >= 16_757 && fed >= kept, 200);
    expect(counts).toMatchObject({ files: 2_052, records: 16_757, kept: 13_859, duplicates: 2_898 });

    const kept = readdirSync(join(folder, 'repo'))
      .filter((name) => name.endsWith('.txt'))
      .flatMap((name) => readFileSync(join(folder, 'repo', name), 'utf8').split('\n'));
    const numbers = kept.map((line) => Number(line.split(' ')[0])).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 13_859 }, (_, at) => at));
    expect(new Set(kept.map((line) => line.split(' ')[1])).size).toBe(13_859);
  },
  300_000 + ROUNDS * 10_000,
);
