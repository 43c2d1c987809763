import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFsObjectStore } from '../../src/objects/index.ts';
import { describeObjectStore } from './object-store.ts';

describeObjectStore('fs', async () => {
  const path = await mkdtemp(join(tmpdir(), 'objects-'));
  const store = openFsObjectStore({ path, now: () => Date.UTC(2026, 10, 1) });
  await store.createBucket({ name: 'contract', account: '111122223333', region: 'us-east-1' });
  return {
    store,
    bucket: 'contract',
    close: async () => {
      await store.close();
      await rm(path, { recursive: true });
    },
  };
});
