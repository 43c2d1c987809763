// `npm test [-- OPTIONS] [SUITE…]`: makes the checkout ready, checks format, lint and types, runs the suites, and ends
// with `N passed, N failed, N skipped` over all of them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeScratch } from './scratch.js';
import { root, setUp } from './set-up.js';
import { suites } from './suites.js';
import { readTally, refuseSkips } from './tally.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Comma list of words: a skipped test whose file or name holds none of them counts as failed. */
    'allow-skips': { type: 'string' },
    /** Of the fault suite: rounds of killing, and the seed that a failed run printed. */
    rounds: { type: 'string' },
    seed: { type: 'string' },
    /** Only tests whose name matches. */
    name: { type: 'string', short: 't' },
    help: { type: 'boolean', short: 'h' },
  },
});

const names = ['check', ...suites.map((suite) => suite.name)];
const unknown = positionals.filter((name) => !names.includes(name));
if (values.help || unknown.length > 0) {
  for (const name of unknown) console.error(`there is no suite ${name}`);
  console.error(
    `usage: npm test -- [--allow-skips WORDS] [--rounds N] [--seed N] [-t NAME] [${names.join('|')}]…`,
  );
  process.exit(values.help ? 0 : 2);
}

setUp();
if (values.rounds !== undefined) process.env.OPENTRAIL_TEST_ROUNDS = values.rounds;
if (values.seed !== undefined) process.env.OPENTRAIL_TEST_SEED = values.seed;

const everything = positionals.length === 0;
const withChecks = everything || positionals.includes('check');
const reports = mkdtempSync(join(tmpdir(), 'opentrail-test-'));
/** @type {import('./tally.js').Tally[]} */
const tallies = [];
try {
  if (withChecks) {
    tallies.push(
      runTool('format and lint', ['@biomejs', 'biome', 'bin', 'biome'], ['check', '--error-on-warnings']),
    );
    tallies.push(runTool('types', ['typescript', 'bin', 'tsc'], ['-p', 'tsconfig.json']));
  }
  for (const suite of suites) {
    if (everything || positionals.includes(suite.name) || (withChecks && suite.check))
      tallies.push(runSuite(suite));
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}
report();

/** A check of the whole tree: one test, passed or failed. */
function runTool(name, path, args) {
  console.log(`\n== ${name}`);
  const done = spawnSync(process.execPath, [join(root, 'node_modules', ...path), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const failures = done.status === 0 ? [] : [`${name} (see above)`];
  return { name, passed: 1 - failures.length, failures, skipped: [], milliseconds: 0 };
}

function runSuite(suite) {
  console.log(`\n== ${suite.name}`);
  const file = join(reports, `${suite.name}.json`);
  const args = ['run', ...suite.paths, '--passWithNoTests', '--reporter=default', '--reporter=json'];
  args.push(`--outputFile.json=${file}`);
  if (suite.workers !== undefined) args.push(`--maxWorkers=${suite.workers}`);
  if (values.name !== undefined) args.push('-t', values.name);
  const scratch = makeScratch({ inMemory: !suite.disk });
  const startedAt = Date.now();
  const done = spawnSync(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, TMPDIR: scratch },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  const tally = readTally(suite.name, file, done.status, root);
  return { ...tally, milliseconds: Date.now() - startedAt };
}

function report() {
  const allowed = values['allow-skips']?.split(',').filter((word) => word !== '');
  const judged = allowed === undefined ? tallies : tallies.map((tally) => refuseSkips(tally, allowed));
  console.log('');
  for (const tally of judged) {
    const seconds = tally.milliseconds === 0 ? '' : ` in ${(tally.milliseconds / 1000).toFixed(0)} s`;
    console.log(`${tally.name}: ${inWords([tally])}${seconds}`);
    for (const test of tally.skipped) console.log(`  skipped: ${test}`);
    for (const test of tally.failures) console.log(`  FAILED:  ${test}`);
  }
  console.log(inWords(judged));
  process.exitCode = judged.some((tally) => tally.failures.length > 0) ? 1 : 0;
}

function inWords(list) {
  const sum = (count) => list.reduce((total, tally) => total + count(tally), 0);
  const failed = sum((tally) => tally.failures.length);
  return `${sum((tally) => tally.passed)} passed, ${failed} failed, ${sum((tally) => tally.skipped.length)} skipped`;
}
