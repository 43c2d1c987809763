import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openConnection, openEventStore, startEmbeddedEngine } from '../../src/store/index.ts';
import { describeEventStore, make } from './event-store.ts';

describeEventStore('embedded engine', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'event-store-'));
  const engine = await startEmbeddedEngine({ path: join(dir, 'data'), socketPath: join(dir, 'socket') });
  const store = await openEventStore({ engine });
  return {
    store,
    async close() {
      await store.close();
      await engine.close();
      rmSync(dir, { recursive: true });
    },
  };
});

test.each(['events', 'attributes'])(
  'rows of %s that the engine lost while it kept their token are written again',
  async (table) => {
    const dir = mkdtempSync(join(tmpdir(), 'event-store-'));
    const engine = await startEmbeddedEngine({ path: join(dir, 'data'), socketPath: join(dir, 'socket') });
    const store = await openEventStore({ engine });
    const connection = openConnection({ engine });
    try {
      await store.ready();
      const event = make({ id: 'lost', account: '111111111111' });
      await store.insert([event], 'token');
      await connection.command(`ALTER TABLE opentrail.${table} DELETE WHERE 1 SETTINGS mutations_sync = 2`);
      const question = { accounts: ['111111111111'], start: 0, end: event.time, limit: 10 };
      expect(await store.lookup(question)).toEqual([]);
      await store.insert([event], 'token');
      await store.insert([event], 'token');
      expect((await store.lookup(question)).map(({ eventId }) => eventId)).toEqual(['lost']);
      expect((await store.size()).events).toBe(1);
    } finally {
      await connection.close();
      await store.close();
      await engine.close();
      rmSync(dir, { recursive: true });
    }
  },
);
