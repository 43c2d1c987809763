import { type Answer, type Finding, formatTime } from '../../digest/verify/index.ts';
import { type CliContext, write } from '../context.ts';
import { createProgress } from './progress.ts';
import type { Report } from './report.ts';
import type { Range, Tally } from './tally.ts';
import { lineOf, startText, summaryText } from './words.ts';

/** Objects that are shown for a finding; the JSON report has more. */
const SHOWN_OBJECTS = 5;

/**
 * The AWS CLI's output to the letter: standard output, standard error and the empty lines between them. What AWS's
 * validator does not look for follows after it.
 */
export function createTextReport(
  context: CliContext,
  options: {
    readonly arn: string;
    readonly range: Range;
    readonly tally: Tally;
    readonly isVerbose: boolean;
  },
): Report {
  const { arn, range, tally, isVerbose } = options;
  const progress = createProgress(context, tally, range);
  let isAfterEmptyLine = true;

  async function print(answer: Answer): Promise<void> {
    const { text, isError } = lineOf(answer);
    if (isError) {
      progress.clear();
      await write(context.err, isAfterEmptyLine ? `${text}\n\n` : `\n${text}\n\n`);
      isAfterEmptyLine = true;
    } else if (isVerbose) {
      progress.clear();
      await write(context.out, `${text}\n`);
      isAfterEmptyLine = false;
    }
    progress.show(answer);
  }

  return {
    async begin() {
      await write(context.out, startText(arn, range));
    },

    tell(answer) {
      tally.add(answer);
      const isValidLog = answer.kind === 'log' && answer.status === 'valid';
      if (!isValidLog || isVerbose) return print(answer);
      progress.show(answer);
      return undefined;
    },

    async end({ findings }) {
      progress.clear();
      if (!isAfterEmptyLine) await write(context.out, '\n');
      await write(context.out, summaryText(tally, range));
      if (findings.length > 0) await write(context.out, `\n${findings.map(textOf).join('\n')}`);
    },
  };
}

function textOf({ severity, code, message, objects, since, until }: Finding): string {
  const time = [since, until].map((at) => (at === undefined ? undefined : formatTime(at)));
  const when = time[0] === undefined ? '' : `\t${time[0]}${time[1] === undefined ? '' : ` to ${time[1]}`}`;
  const shown = objects.slice(0, SHOWN_OBJECTS).map((object) => `    ${object}\n`);
  const more = objects.length > SHOWN_OBJECTS ? [`    and ${objects.length - SHOWN_OBJECTS} more\n`] : [];
  return `${severity === 'error' ? 'FOUND' : 'Note'}: ${code}${when}\n    ${message}\n${[...shown, ...more].join('')}`;
}
