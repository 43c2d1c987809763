import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DestinationRefused } from '../forward/index.ts';
import { applyFileForwards } from './file-forwards.ts';

function collector() {
  const put: Record<string, unknown>[] = [];
  return {
    made: put,
    put: async (json: Readonly<Record<string, unknown>>) => {
      if (json.name === 'bad')
        throw new DestinationRefused(['url must be an address', 'kind must be one of …']);
      put.push(json);
      return json as never;
    },
  };
}

test('secrets come from the environment or a file, never from the config file itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'file-forwards-'));
  writeFileSync(join(folder, 'key'), 'from-file\n');
  const forwards = collector();
  const entries = [
    { name: 'a', secret: { env: 'KEY' } },
    { name: 'b', secret: { file: join(folder, 'key') } },
    { name: 'c' },
  ];
  await applyFileForwards(entries, forwards, { KEY: 'from-env' });
  expect(forwards.made).toEqual([
    { name: 'a', secret: 'from-env' },
    { name: 'b', secret: 'from-file' },
    { name: 'c' },
  ]);
  rmSync(folder, { recursive: true });
});

test('every fault of every entry is named', async () => {
  const entries = [
    5,
    { name: 'a', secret: 'plain' },
    { name: 'b', secret: { env: 'NOT_SET' } },
    { name: 'bad' },
  ];
  await expect(applyFileForwards(entries, collector(), {})).rejects.toThrow(
    /forwards\[0\]: must be an object; forwards\[1\]: secret must be .*; forwards\[2\]: .* NOT_SET, which is not set; forwards\[3\]: url must be an address; forwards\[3\]: kind/,
  );
});
