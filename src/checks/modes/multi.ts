import { CheckFailure } from '../failure.ts';
import type { OptionSpec } from '../options/option-spec.ts';
import { complaintAbout, parseOptions } from '../options/parse-options.ts';
import { MODES } from './all-modes.ts';
import type { Mode, ModeContext } from './mode.ts';

/** Options of the mode that runs others. */
export const MULTI_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'modes-exec',
    kind: 'value',
    text: 'Modes to use, separated by commas. Example: --modes-exec=checktrailstatus,countevents.',
  },
  {
    name: 'option-mode',
    kind: 'list',
    text: "An option for one of these modes (multiple options). Example: --option-mode='checktrailstatus,--trail-name=my-trail'.",
  },
];

/**
 * Runs several modes, whose results become one. Names that are no mode are passed over. A mode that cannot be run makes
 * the whole UNKNOWN, unless another one is CRITICAL; the others run all the same.
 */
export async function runMulti(context: ModeContext): Promise<void> {
  const { options, report } = context;
  const names = options.get('modes-exec');
  if (names === undefined) throw new CheckFailure('Need to specify --modes-exec option.');
  for (const name of names.split(',')) {
    const mode = MODES.get(name);
    if (!mode) continue;
    report.mode = name;
    try {
      await runOne(context, mode);
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      report.say('UNKNOWN', error.message);
    }
  }
  report.mode = 'multi';
}

async function runOne(context: ModeContext, mode: Mode): Promise<void> {
  const words = context.options.list('option-mode').flatMap((text) => {
    const match = /^(.+?),([\s\S]*)$/.exec(text);
    return match && match[1] === mode.name ? [match[2]!] : [];
  });
  const { values, rest } = parseOptions(words, mode.options);
  const complaint = complaintAbout(rest);
  if (complaint !== undefined) throw new CheckFailure(complaint);
  const options = context.options.with(values);
  mode.check?.(options);
  await mode.run({ ...context, options });
}
