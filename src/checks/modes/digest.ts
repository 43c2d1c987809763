import type { BucketReader } from '../../digest/verify/index.ts';
import { CheckFailure } from '../failure.ts';
import type { Severity } from '../severity.ts';
import type { TrailStatus } from '../source/trail-source.ts';
import { showAge } from './age.ts';
import type { ChainProblems } from './chain-problems.ts';
import type { Mode, ModeContext } from './mode.ts';
import { checkThresholds, judge, shownThresholds, thresholdOptions } from './thresholds.ts';
import { type CheckedTrail, TRAIL_OPTIONS, trailsToCheck } from './trails-to-check.ts';

/** A digest comes every hour; two and a half hours without one, or four, say that something is wrong. */
const DEFAULTS = { warning: '9000', critical: '14400' };
/**
 * A day: long enough that a digest is looked at some three hundred times before it falls out of sight, short enough to
 * be read in a fraction of a second. Through the AWS CLI each digest is a second of a processor.
 */
const CHAIN_HOURS = { cheap: 24, dear: 3 };

/** Problems of one trail in the first line, the worst first; more stand in the details. */
const SAID = 3;

/** Whether digest files arrive, without which nobody can prove that log files were not changed; and whether they prove it. */
export const digest: Mode = {
  name: 'digest',
  introduction:
    'Check the delivery of digest files, and that the chain of the last hours is whole and signed.',
  options: [
    ...TRAIL_OPTIONS,
    ...thresholdOptions('age', 'the age of the newest digest, in seconds', DEFAULTS),
    {
      name: 'chain-hours',
      kind: 'value',
      text: `Verify the digests of that many hours, in the bucket: CRITICAL when one is missing or not as it was signed (default: ${CHAIN_HOURS.cheap}; with the custom mode awscli ${CHAIN_HOURS.dear}, as each digest takes one run of the command; 0: do not). Needs cloudtrail:ListPublicKeys, s3:ListBucket and s3:GetObject.`,
    },
    {
      name: 'check-log-files',
      kind: 'flag',
      text: 'Read every log file that these digests list, too, and compare its hash. Takes its time.',
    },
    {
      name: 'account-id',
      kind: 'value',
      text: "Whose digests, of an organization's trail (default: the account that owns the trail).",
    },
  ],
  check(options) {
    checkThresholds(options, 'age');
    const text = options.text('chain-hours') ?? '0';
    if (!/^\d+(\.\d+)?$/.test(text) || Number(text) > 8784)
      throw new CheckFailure(`Wrong chain-hours option '${text}' (hours)`);
    const account = options.text('account-id');
    if (account !== undefined && !/^\d{12}$/.test(account))
      throw new CheckFailure(`Wrong account-id option '${account}' (twelve digits)`);
  },
  async run(context) {
    const { options, report, buckets } = context;
    const { reader, isDear } = await buckets();
    const hours = Number(options.text('chain-hours') ?? (isDear ? CHAIN_HOURS.dear : CHAIN_HOURS.cheap));
    const all = await trailsToCheck(context);
    const oldest = context.now() / 1000 - hours * 3600;
    const trails = all.filter(
      // Whoever switches validation off must not take the trail out of sight by that.
      ({ description, status }) =>
        description?.LogFileValidationEnabled !== false || (status.LatestDigestDeliveryTime ?? 0) > oldest,
    );
    if (trails.length === 0) throw new CheckFailure('No trail has log file validation.');
    const isOneOfMany = trails.length > 1;
    let withChain = 0;
    for (const trail of trails) {
      const { LatestDigestDeliveryError: error } = trail.status;
      if (error) report.say('CRITICAL', `Trail '${trail.name}': digest delivery fails: ${error}`);
      const chain = hours > 0 ? await lookAtChain(context, trail, hours, reader) : undefined;
      if (chain !== undefined && chain.digests > 0) withChain++;
      reportTrail(context, trail, { isOneOfMany, hours, chain });
    }
    const words = withChain === trails.length ? ' and valid chains' : '';
    if (isOneOfMany) report.say('OK', `All ${trails.length} trails have new digests${words}`);
  },
};

/** The chain, and everything bad about it said; undefined when there is none, or when it cannot be read. */
async function lookAtChain(
  context: ModeContext,
  trail: CheckedTrail,
  hours: number,
  reader: BucketReader,
): Promise<ChainProblems | undefined> {
  const { options, report, source } = context;
  const say = (severity: Severity, text: string) => report.say(severity, `Trail '${trail.name}': ${text}`);
  const { checkChain } = await import('./digest-chain.ts');
  const { ChainProblems } = await import('./chain-problems.ts');
  const found = new ChainProblems();
  let hasChain = false;
  let failure: CheckFailure | undefined;
  try {
    const description = trail.description ?? (await (await source()).trail(trail.id));
    if (description?.LogFileValidationEnabled === false) say('WARNING', 'log file validation is off');
    const question = {
      ...{ hours, reader, found, account: options.text('account-id') },
      withLogs: options.has('check-log-files'),
    };
    hasChain = await checkChain(context, { ...trail, description }, question);
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    failure = error;
  }
  // Also when the rest could not be read: nobody may hide what is wrong behind what takes too long.
  const { problems } = found;
  for (const { severity, text } of problems.slice(0, SAID)) say(severity, text);
  for (const { severity, text } of problems.slice(SAID)) report.detail(`${severity}: ${text}`);
  for (const line of found.details) report.detail(line);
  if (failure !== undefined) {
    // What the service says of the age is known all the same.
    const reason = failure.message.replace(/^error: /, '');
    say(failure.severity ?? 'UNKNOWN', `its digests cannot be verified: ${reason}`);
  }
  return hasChain ? found : undefined;
}

function reportTrail(
  context: ModeContext,
  { name, status }: CheckedTrail,
  {
    isOneOfMany,
    hours,
    chain,
  }: { readonly isOneOfMany: boolean; readonly hours: number; readonly chain: ChainProblems | undefined },
): void {
  const { report, options } = context;
  const thing = isOneOfMany ? name : undefined;
  const isValid = chain !== undefined && chain.digests > 0 && chain.problems.length === 0;
  reportAge(context, name, status, {
    thing,
    more: isValid ? `, chain valid over the last ${hours}h (${chain.words})` : '',
  });
  if (chain === undefined) return;
  const measure = (what: string, label: string, value: number) =>
    report.measureOf(thing, `cloudtrail.trail.${what}.count`, { label, value: String(value), min: 0 });
  measure('digests.checked', 'digests_checked', chain.digests);
  measure('digests.invalid', 'digests_invalid', chain.invalidDigests);
  if (!options.has('check-log-files')) return;
  measure('logfiles.checked', 'log_files_checked', chain.logs);
  measure('logfiles.invalid', 'log_files_invalid', chain.invalidLogs);
}

function reportAge(
  { options, report, now, precision }: ModeContext,
  name: string,
  status: TrailStatus,
  { thing, more }: { readonly thing: string | undefined; readonly more: string },
): void {
  const since = status.LatestDigestDeliveryTime ?? status.StartLoggingTime;
  if (since === undefined) {
    report.say('WARNING', `Trail '${name}' has no digest yet`);
    return;
  }
  const age = Math.max(0, Math.floor(now() / 1000 - since));
  const words =
    status.LatestDigestDeliveryTime === undefined
      ? `Trail '${name}' has no digest since its start ${showAge(age)} ago${more}`
      : `Trail '${name}': newest digest ${showAge(age)} ago${more}`;
  // A stopped trail gets no digests, and that is as it should be.
  const severity = status.IsLogging === false ? 'OK' : judge(options, 'age', age, precision);
  if (thing !== undefined && severity === 'OK') report.detail(words);
  else report.say(severity, words);
  report.measureOf(thing, 'cloudtrail.trail.digest.age.seconds', {
    label: 'digest_age',
    value: String(age),
    unit: 's',
    ...shownThresholds(options, 'age'),
    min: 0,
  });
}
