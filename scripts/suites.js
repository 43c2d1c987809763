/**
 * Every suite of the project, in the order in which `npm test` runs them: the quick ones first.
 * `check` ones make up `npm run check`.
 *
 * @type {readonly { name: string, paths: readonly string[], check?: boolean }[]}
 */
export const suites = [
  { name: 'unit', paths: ['src/'], check: true },
  { name: 'architecture', paths: ['test/architecture.test.ts'], check: true },
  { name: 'docs', paths: ['test/docs.test.ts'], check: true },
  { name: 'contract', paths: ['test/contract/'] },
  { name: 'schemas', paths: ['test/schemas/'] },
  { name: 'wire', paths: ['test/wire/'] },
  { name: 'fuzz', paths: ['test/fuzz/'] },
  { name: 'clients', paths: ['test/clients/'] },
  { name: 'fault', paths: ['test/fault/'] },
];
