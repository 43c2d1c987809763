import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3ObjectStore, openFsObjectStore } from '../../src/objects/index.ts';
import { openS3House } from '../../src/services/s3/s3-house.fixture.ts';
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

describeObjectStore('s3, against our own server', async () => {
  const house = await openS3House();
  const bucket = await house.newBucket();
  const store = createS3ObjectStore({
    endpoint: house.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  return {
    store,
    bucket,
    close: async () => {
      await store.close();
      await house.close();
    },
  };
});
