import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * What a suite came to.
 * @typedef {{ name: string, passed: number, failures: string[], skipped: string[], milliseconds: number }} Tally
 */

/**
 * Reads vitest's JSON report. A file that could not be loaded, an error outside of any test, or a missing report counts
 * as one failure each: a suite that did not run must not look like one that passed.
 *
 * @returns {Tally}
 */
export function readTally(name, reportFile, exitStatus, root) {
  const tally = { name, passed: 0, failures: [], skipped: [], milliseconds: 0 };
  if (!existsSync(reportFile)) {
    if (exitStatus !== 0) tally.failures.push(`${name}: vitest ended with ${exitStatus} and left no report`);
    return tally;
  }
  for (const file of JSON.parse(readFileSync(reportFile, 'utf8')).testResults) {
    const path = relative(root, file.name);
    for (const test of file.assertionResults) {
      const title = `${path} > ${test.fullName.trim()}`;
      if (test.status === 'passed') tally.passed += 1;
      else if (test.status === 'failed') tally.failures.push(title);
      else tally.skipped.push(title);
    }
    const hasFailedTest = file.assertionResults.some((test) => test.status === 'failed');
    if (file.status === 'failed' && !hasFailedTest)
      tally.failures.push(`${path} did not run: ${firstLine(file.message)}`);
  }
  if (exitStatus !== 0 && tally.failures.length === 0)
    tally.failures.push(`${name}: an error outside of any test`);
  return tally;
}

/**
 * Turns skips that nobody allowed into failures.
 *
 * @param {Tally} tally
 * @param {readonly string[]} allowed words; a skip is allowed when its file or name holds one of them.
 * @returns {Tally}
 */
export function refuseSkips(tally, allowed) {
  const isAllowed = (test) => allowed.some((word) => test.toLowerCase().includes(word.toLowerCase()));
  const refused = tally.skipped.filter((test) => !isAllowed(test));
  return {
    ...tally,
    failures: [
      ...tally.failures,
      ...refused.map((test) => `${test} (skipped, and that is not allowed here)`),
    ],
    skipped: tally.skipped.filter(isAllowed),
  };
}

function firstLine(text) {
  return String(text ?? '').split('\n')[0];
}
