/**
 * Every suite of the project, in the order in which `npm test` runs them: the quick ones first.
 * `check` ones make up `npm run check`. `waits` ones are mostly waiting for other programs, so that more files than there
 * are processors run at once. `disk` ones prove what survives on a disk; the others work in memory where there is enough.
 *
 * @type {readonly { name: string, paths: readonly string[], check?: boolean, waits?: boolean, disk?: boolean }[]}
 */
export const suites = [
  { name: 'unit', paths: ['src/'], check: true },
  { name: 'architecture', paths: ['test/architecture.test.ts'], check: true },
  { name: 'docs', paths: ['test/docs.test.ts'], check: true },
  { name: 'contract', paths: ['test/contract/'] },
  { name: 'schemas', paths: ['test/schemas/'] },
  { name: 'wire', paths: ['test/wire/'] },
  { name: 'fuzz', paths: ['test/fuzz/'] },
  { name: 'clients', paths: ['test/clients/'], waits: true },
  { name: 'fault', paths: ['test/fault/'], disk: true },
];
