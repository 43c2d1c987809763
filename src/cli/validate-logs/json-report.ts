import { type Answer, addressOf, type Finding, formatTime, type Verdict } from '../../digest/verify/index.ts';
import { type CliContext, write } from '../context.ts';
import { hasErrors, type Report } from './report.ts';
import type { Range, Tally } from './tally.ts';
import { lineOf } from './words.ts';

/** One JSON document on standard output, written as the verification goes, so that it may be of any length. */
export function createJsonReport(
  context: CliContext,
  options: {
    readonly arn: string;
    readonly range: Range;
    readonly tally: Tally;
    readonly isVerbose: boolean;
  },
): Report {
  const { arn, range, tally, isVerbose } = options;
  let count = 0;

  return {
    async begin() {
      const head = { trailArn: arn, requested: timesOf(range) };
      await write(context.out, `${JSON.stringify(head).slice(0, -1)},"results":[`);
    },

    async tell(answer) {
      tally.add(answer);
      if (!isVerbose && !lineOf(answer).isError) return;
      await write(context.out, `${count++ > 0 ? ',' : ''}\n${JSON.stringify(entryOf(answer))}`);
    },

    async end(verdict) {
      const { digests, backfill: backfillDigests, logs: logFiles, foundStart: start, foundEnd: end } = tally;
      const tail = {
        found: start === undefined || end === undefined ? null : timesOf({ start, end }),
        digests,
        backfillDigests,
        logFiles,
        bytes: tally.bytes,
        newestDigest: newestOf(verdict),
        findings: verdict.findings.map(findingOf),
        isValid: !tally.hasInvalid && !hasErrors(verdict.findings),
      };
      await write(context.out, `\n],${JSON.stringify(tail).slice(1)}\n`);
    },
  };
}

function entryOf(answer: Answer): object {
  switch (answer.kind) {
    case 'digest': {
      const { sha256, fingerprint } = answer.digest;
      const { kind, isBackfill } = answer;
      const object = addressOf(answer.digest);
      return { kind, isBackfill, object, status: 'valid', ...timesOf(answer.digest), sha256, fingerprint };
    }
    case 'invalid': {
      const { isBackfill, problem } = answer;
      const { code: reason, message } = problem;
      return { kind: 'digest', isBackfill, object: addressOf(answer), status: 'invalid', reason, message };
    }
    case 'gap':
      return {
        kind: 'gap',
        isBackfill: answer.isBackfill,
        ...timesOf({ start: answer.since, end: answer.until }),
      };
    case 'log': {
      const object = addressOf(answer.log);
      const { kind } = answer;
      if (answer.status === 'valid') return { kind, object, status: 'valid' };
      return { kind, object, status: 'invalid', reason: answer.status };
    }
    case 'log-unreadable':
      return { kind: 'log', object: null, status: 'invalid', reason: 'format' };
  }
}

function newestOf({ newest }: Verdict): object | null {
  return newest ? { object: addressOf(newest), end: formatTime(newest.end), sha256: newest.sha256 } : null;
}

function findingOf({ since, until, ...rest }: Finding): object {
  return {
    ...rest,
    ...(since !== undefined && { since: formatTime(since) }),
    ...(until !== undefined && { until: formatTime(until) }),
  };
}

function timesOf({ start, end }: Range): { readonly start: string; readonly end: string } {
  return { start: formatTime(start), end: formatTime(end) };
}
