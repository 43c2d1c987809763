import { availableParallelism } from 'node:os';

/**
 * Every suite of the project, in the order in which `npm test` runs them: the quick ones first.
 *
 * `check`: belongs to `npm run check`. `workers`: files that run at once, where that is not the number of processors.
 * `disk`: proves what survives on a disk; the others work in memory where there is enough.
 *
 * @type {readonly { name: string, paths: readonly string[], check?: boolean, workers?: number, disk?: boolean }[]}
 */
export const suites = [
  { name: 'unit', paths: ['src/'], check: true },
  { name: 'architecture', paths: ['test/architecture.test.ts'], check: true },
  { name: 'docs', paths: ['test/docs.test.ts'], check: true },
  { name: 'contract', paths: ['test/contract/'] },
  { name: 'schemas', paths: ['test/schemas/'] },
  { name: 'wire', paths: ['test/wire/'] },
  // How much a property tries depends on the time that it has.
  { name: 'fuzz', paths: ['test/fuzz/'], workers: 1 },
  // Mostly waits, for other programs and for what is due.
  { name: 'clients', paths: ['test/clients/'], workers: availableParallelism() + 1 },
  { name: 'fault', paths: ['test/fault/'], disk: true },
];
