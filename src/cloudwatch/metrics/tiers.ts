/**
 * How long data of which step (seconds) is kept, as CloudWatch does:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention. Each value
 * is added to every tier when it comes, so that nothing has to be rolled up later.
 */
export const TIERS = [
  { step: 1, keep: 3 * 3_600 },
  { step: 60, keep: 15 * 86_400 },
  { step: 300, keep: 63 * 86_400 },
  { step: 3_600, keep: 455 * 86_400 },
] as const;

/** Seconds of a step that is kept. */
export type TierStep = (typeof TIERS)[number]['step'];

/** The finest step that still holds what begins `age` milliseconds ago, and from which `period` can be made. */
export function tierFor(period: number, age: number): TierStep {
  if (period < 60) return 1;
  const fit = TIERS.filter(({ step }) => step >= 60 && period % step === 0);
  return (fit.find(({ keep }) => age <= keep * 1_000) ?? fit.at(-1) ?? TIERS[1]).step;
}
