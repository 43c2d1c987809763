import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openEnvironment } from '../../lmdb/index.ts';
import { IdMemory } from './id-memory.ts';
import { MarkWriter } from './marks.ts';
import { NewMarks } from './new-marks.ts';

const path = mkdtempSync(join(tmpdir(), 'new-marks-'));
const env = openEnvironment<unknown>(path);
afterAll(async () => {
  await env.close();
  rmSync(path, { recursive: true });
});

/** Few times, ids and bodies, so that most records have met before. */
const record = fc.record({
  time: fc.constantFrom(undefined, 0, 5_000, 60_000, 61_000, 3_600_000),
  id: fc.constantFrom(
    'a',
    'b',
    'c',
    'd',
    '00000000-0000-0000-0000-00000000000a',
    '00000000-0000-0000-0000-00000000000b',
  ),
  body: fc.constantFrom('{}', '{"x":1}'),
});
type Rec = { readonly time: number | undefined; readonly id: string; readonly body: string };
const commits = fc.array(
  fc.array(fc.array(record, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 4 }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

function marksOf(records: readonly Rec[]): Buffer {
  const writer = new MarkWriter();
  for (const { id, time, body } of records) writer.add(id, time, Buffer.from(body));
  return writer.finish();
}

/** The same by a map of everything that was ever seen. */
function takeSlowly(records: readonly Rec[], seen: Map<string, string>) {
  const dropped: number[] = [];
  let variants = 0;
  for (const [place, { id, time, body }] of records.entries()) {
    const key = `${Math.floor((time ?? 0) / 1000)} ${id}`;
    const known = seen.get(key);
    if (known === undefined) seen.set(key, body);
    else {
      dropped.push(place);
      if (known !== body) variants++;
    }
  }
  return { kept: records.length - dropped.length, duplicates: dropped.length, variants, dropped };
}

test('of any blocks in any commits, the first of each event is new and all others are known', async () => {
  const remembered = env.openDB({ name: 'ids', encoding: 'binary', keyEncoding: 'binary' });
  await fc.assert(
    fc.asyncProperty(commits, async (all) => {
      await remembered.clearAsync();
      const ids = new IdMemory(env);
      const seen = new Map<string, string>();
      for (const blocks of all) {
        const fresh = new NewMarks(ids);
        for (const records of blocks) {
          const dropped: number[] = [];
          const taken = fresh.take(marksOf(records), (place) => dropped.push(place));
          expect({ ...taken, dropped: dropped.sort((a, b) => a - b) }).toEqual(takeSlowly(records, seen));
        }
        await env.batch(() => ids.put(fresh.blocks));
      }
    }),
    { numRuns: 200 },
  );
});
