import { CheckFailure } from '../failure.ts';
import { showAge } from './age.ts';
import type { Mode, ModeContext } from './mode.ts';
import { checkThresholds, judge, shownThresholds, thresholdOptions } from './thresholds.ts';
import { type CheckedTrail, TRAIL_OPTIONS, trailsToCheck } from './trails-to-check.ts';

/** A digest comes every hour; two and a half hours without one, or four, say that something is wrong. */
const DEFAULTS = { warning: '9000', critical: '14400' };

/** Whether digest files arrive, without which nobody can prove that log files were not changed. */
export const digest: Mode = {
  name: 'digest',
  introduction: 'Check the delivery of digest files.',
  options: [
    ...TRAIL_OPTIONS,
    ...thresholdOptions('age', 'the age of the newest digest, in seconds', DEFAULTS),
  ],
  check: (options) => checkThresholds(options, 'age'),
  async run(context) {
    const all = await trailsToCheck(context);
    const trails = all.filter(({ description }) => description?.LogFileValidationEnabled !== false);
    if (trails.length === 0) throw new CheckFailure('No trail has log file validation.');
    for (const trail of trails) reportTrail(context, trail, trails.length > 1);
    if (trails.length > 1) context.report.say('OK', `All ${trails.length} trails have new digests`);
  },
};

function reportTrail(context: ModeContext, { name, status }: CheckedTrail, isOneOfMany: boolean): void {
  const { options, report, now, precision } = context;
  if (status.LatestDigestDeliveryError) {
    report.say('CRITICAL', `Trail '${name}': digest delivery fails: ${status.LatestDigestDeliveryError}`);
  }
  const since = status.LatestDigestDeliveryTime ?? status.StartLoggingTime;
  if (since === undefined) {
    report.say('WARNING', `Trail '${name}' has no digest yet`);
    return;
  }
  const age = Math.max(0, Math.floor(now() / 1000 - since));
  const words =
    status.LatestDigestDeliveryTime === undefined
      ? `Trail '${name}' has no digest since its start ${showAge(age)} ago`
      : `Trail '${name}': newest digest ${showAge(age)} ago`;
  // A stopped trail gets no digests, and that is as it should be.
  const severity = status.IsLogging === false ? 'OK' : judge(options, 'age', age, precision);
  if (isOneOfMany && severity === 'OK') report.detail(words);
  else report.say(severity, words);
  report.measureOf(isOneOfMany ? name : undefined, 'cloudtrail.trail.digest.age.seconds', {
    label: 'digest_age',
    value: String(age),
    unit: 's',
    ...shownThresholds(options, 'age'),
    min: 0,
  });
}
