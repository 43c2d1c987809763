import { showAge } from './age.ts';
import type { Mode, ModeContext } from './mode.ts';
import { checkThresholds, judge, shownThresholds, thresholdOptions } from './thresholds.ts';
import { type CheckedTrail, TRAIL_OPTIONS, trailsToCheck } from './trails-to-check.ts';

/** Whether log files, notifications and CloudWatch Logs entries arrive: age of the latest, and the latest errors. */
export const delivery: Mode = {
  name: 'delivery',
  introduction: 'Check the delivery of log files, notifications and CloudWatch Logs entries.',
  options: [...TRAIL_OPTIONS, ...thresholdOptions('age', 'the age of the latest log file, in seconds')],
  check: (options) => checkThresholds(options, 'age'),
  async run(context) {
    const trails = await trailsToCheck(context);
    for (const trail of trails) reportTrail(context, trail, trails.length > 1);
    if (trails.length > 1) context.report.say('OK', `All ${trails.length} trails deliver`);
  },
};

function reportTrail(context: ModeContext, trail: CheckedTrail, isOneOfMany: boolean): void {
  const { options, report, now, precision } = context;
  const { name, status } = trail;
  const say = isOneOfMany ? quietly(context) : report.say.bind(report);
  const errors = [
    ['CRITICAL', 'log file', status.LatestDeliveryError],
    ['WARNING', 'notification', status.LatestNotificationError],
    ['WARNING', 'CloudWatch Logs', status.LatestCloudWatchLogsDeliveryError],
  ] as const;
  for (const [severity, what, error] of errors) {
    if (error) report.say(severity, `Trail '${name}': ${what} delivery fails: ${error}`);
  }
  // A trail that was never delivered is as late as its start is long ago.
  const since = status.LatestDeliveryTime ?? status.StartLoggingTime;
  if (status.IsLogging === false) {
    report.say('WARNING', `Trail '${name}' is not logging`);
  } else if (since === undefined) {
    report.say('WARNING', `Trail '${name}' has delivered nothing yet`);
  }
  if (since === undefined) return;
  const age = Math.max(0, Math.floor(now() / 1000 - since));
  const words =
    status.LatestDeliveryTime === undefined
      ? `Trail '${name}' has delivered nothing since its start ${showAge(age)} ago`
      : `Trail '${name}' delivered ${showAge(age)} ago`;
  if (status.IsLogging !== false) say(judge(options, 'age', age, precision), words);
  report.measureOf(isOneOfMany ? name : undefined, 'cloudtrail.trail.delivery.age.seconds', {
    label: 'delivery_age',
    value: String(age),
    unit: 's',
    ...shownThresholds(options, 'age'),
    min: 0,
  });
}

/** Of many trails the good ones go into the details. */
function quietly({ report }: ModeContext): typeof report.say {
  return (severity, text) => {
    report.detail(`${severity === 'OK' ? '' : `${severity}: `}${text}`);
    if (severity !== 'OK') report.say(severity, text);
  };
}
