import { type Answer, addressOf, formatTime, type LogStatus } from '../../digest/verify/index.ts';
import type { Count, Range, Tally } from './tally.ts';

/** A line of output; `isError` ones go to standard error, the others are printed when asked for. */
export interface Line {
  readonly text: string;
  readonly isError: boolean;
}

const LOG_PROBLEMS: Readonly<Record<Exclude<LogStatus, 'valid'>, string>> = {
  mismatch: "hash value doesn't match",
  missing: 'not found',
  format: 'invalid format',
};

/** The AWS CLI's words for an answer, to the letter. */
export function lineOf(answer: Answer): Line {
  switch (answer.kind) {
    case 'digest':
      return valid(`${markOf(answer)}Digest file\t${addressOf(answer.digest)}`);
    case 'invalid':
      return invalid(`${markOf(answer)}Digest file\t${addressOf(answer)}`, answer.problem.message);
    case 'gap': {
      const [since, until] = [formatTime(answer.since), formatTime(answer.until)];
      const text = `${markOf(answer)}No log files were delivered by CloudTrail between ${since} and ${until}`;
      return { text, isError: true };
    }
    case 'log': {
      const place = `Log file\t${addressOf(answer.log)}`;
      return answer.status === 'valid' ? valid(place) : invalid(place, LOG_PROBLEMS[answer.status]);
    }
    case 'log-unreadable':
      return invalid('Log file\t(an entry of the digest that names no file)', 'invalid format');
  }
}

/** What the AWS CLI prints first. */
export function startText(arn: string, { start, end }: Range): string {
  return `Validating log files for trail ${arn} between ${formatTime(start)} and ${formatTime(end)}\n\n`;
}

/** What the AWS CLI prints last. */
export function summaryText(tally: Tally, { start, end }: Range): string {
  const requested = `Results requested for ${formatTime(start)} to ${formatTime(end)}\n`;
  if (sum(tally.digests) + sum(tally.backfill) === 0) return `${requested}No digests found\n`;
  const { foundStart, foundEnd } = tally;
  const found =
    foundStart === undefined || foundEnd === undefined
      ? 'No valid digests found in range\n'
      : `Results found for ${formatTime(foundStart)} to ${formatTime(foundEnd)}:\n`;
  const ratios = [
    ratio(tally.digests, 'digest'),
    ratio(tally.backfill, 'backfill digest'),
    ratio(tally.logs, 'log'),
  ];
  return `${requested}${found}${ratios.join('')}\n`;
}

function ratio(count: Count, name: string): string {
  const total = sum(count);
  if (total === 0) return '';
  const wrong = count.invalid > 0 ? `, ${count.invalid}/${total} ${name} files INVALID` : '';
  return `\n${count.valid}/${total} ${name} files valid${wrong}`;
}

function sum({ valid: good, invalid: bad }: Count): number {
  return good + bad;
}

function markOf({ isBackfill }: { readonly isBackfill: boolean }): string {
  return isBackfill ? '(backfill) ' : '';
}

function valid(place: string): Line {
  return { text: `${place}\tvalid`, isError: false };
}

function invalid(place: string, problem: string): Line {
  return { text: `${place}\tINVALID: ${problem}`, isError: true };
}
