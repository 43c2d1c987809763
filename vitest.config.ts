import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // By default one processor is left idle, and on a machine with two the files run one after the other.
    maxWorkers: availableParallelism(),
    // Files share a process and what it has imported, which is most of the time of most of them; no test keeps state
    // in a module.
    isolate: false,
    // Generous, because machines that run tests are often slow, and only a test that fails waits so long.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
