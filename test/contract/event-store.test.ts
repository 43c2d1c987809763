import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStore, startEmbeddedEngine } from '../../src/store/index.ts';
import { describeEventStore } from './event-store.ts';

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
