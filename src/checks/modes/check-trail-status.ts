import { CheckFailure } from '../failure.ts';
import type { Mode } from './mode.ts';

/** Whether a trail is logging. Text and perfdata are those that Centreon's plugin has always had. */
export const checkTrailStatus: Mode = {
  name: 'checktrailstatus',
  introduction: 'Check cloudtrail trail status.',
  options: [{ name: 'trail-name', kind: 'value', text: 'Name or ARN of the trail (required).' }],
  check(options) {
    if (options.text('trail-name') === undefined)
      throw new CheckFailure('Need to specify --trail-name option.');
  },
  async run({ options, report, source }) {
    const { IsLogging: isLogging } = await (await source()).trailStatus(options.text('trail-name')!);
    if (typeof isLogging !== 'boolean') {
      throw new CheckFailure('error: the answer does not say whether the trail is logging');
    }
    const value = isLogging ? '1' : '0';
    report.say(isLogging ? 'OK' : 'CRITICAL', `Trail is logging: ${value}`);
    report.measure({ label: 'trail_is_logging', value, min: 0 });
  },
};
