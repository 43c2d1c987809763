import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EmbeddedObjects } from '../embedded-objects.ts';
import type { ListRequest } from '../object-store.ts';
import { openFsObjectStore } from './open.ts';

let path: string;
let store: EmbeddedObjects;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'listing-'));
  store = openFsObjectStore({ path, now: () => 0 });
  // Neighbours in the index, before and behind.
  for (const name of ['bbb', 'bbb.a', 'bba', 'bbc'])
    await store.createBucket({ name, account: '1', region: 'r' });
  for (const name of ['bbb.a', 'bba', 'bbc']) await store.put(name, 'a/b', Buffer.from('x'));
});
afterAll(async () => {
  await store.close();
  await rm(path, { recursive: true });
});

const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A listing as plainly as it can be said: all entries in order, those after the marker, the first few. */
function reference(keys: readonly string[], request: Omit<ListRequest, 'bucket'>) {
  const { prefix = '', delimiter, startAfter, maxKeys = 1000 } = request;
  const entries = new Map<string, 'key' | 'prefix'>();
  for (const key of [...keys].sort(order)) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    if (at < 0) entries.set(key, 'key');
    else entries.set(key.slice(0, at + delimiter!.length), 'prefix');
  }
  const rest = [...entries].filter(([entry]) => startAfter === undefined || order(entry, startAfter) > 0);
  const page = rest.slice(0, maxKeys);
  return {
    keys: page.filter(([, kind]) => kind === 'key').map(([entry]) => entry),
    commonPrefixes: page.filter(([, kind]) => kind === 'prefix').map(([entry]) => entry),
    next: rest.length > page.length ? page.at(-1)?.[0] : undefined,
  };
}

const text = (maxLength: number, minLength = 0) =>
  fc
    .array(fc.constantFrom('a', 'b', '/', '//', '-', 'é', '\u{1f600}', '\uffff'), { maxLength, minLength })
    .map((p) => p.join(''));

test('a listing is what a plain reading of all keys says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(text(6, 1), { maxLength: 25 }),
      fc.array(
        fc.record({
          prefix: fc.option(text(2), { nil: undefined }),
          delimiter: fc.option(fc.constantFrom('/', '//', '-', 'é'), { nil: undefined }),
          startAfter: fc.option(text(5, 1), { nil: undefined }),
          maxKeys: fc.integer({ min: 1, max: 6 }),
        }),
        { minLength: 10, maxLength: 10 },
      ),
      async (keys, requests) => {
        await Promise.all(keys.map((key) => store.put('bbb', key, Buffer.alloc(0))));
        for (const request of requests) {
          const { objects, commonPrefixes, next } = await store.list({
            bucket: 'bbb',
            maxKeys: request.maxKeys,
            ...(request.prefix !== undefined && { prefix: request.prefix }),
            ...(request.delimiter !== undefined && { delimiter: request.delimiter }),
            ...(request.startAfter !== undefined && { startAfter: request.startAfter }),
          });
          expect({ keys: objects.map(({ key }) => key), commonPrefixes, next }).toEqual(
            reference(keys, request),
          );
        }
        await Promise.all(keys.map((key) => store.delete('bbb', key)));
      },
    ),
    { numRuns: 30 },
  );
});
