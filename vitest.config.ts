import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;

const files = ['src', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`),
);

/** A module can be replaced only in a process that has not imported it yet. */
const mocking = files.filter((file) => readFileSync(join(root, file), 'utf8').includes('vi.mock('));

export default defineConfig({
  test: {
    // By default one processor is left idle, and on a machine with two the files run one after the other.
    maxWorkers: availableParallelism(),
    // Generous, because machines that run tests are often slow, and only a test that fails waits so long.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        // Files share a process and what it has imported, which is most of the time of most of them; no test keeps
        // state in a module.
        test: {
          name: 'shared',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: mocking,
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: mocking, isolate: true } },
    ],
  },
});
