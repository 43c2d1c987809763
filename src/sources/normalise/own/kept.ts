import type { Facts } from '../facts.ts';

/** What is known of a record beside itself, by the names that mappings use. */
export const KEPT: ReadonlyMap<string, (facts: Facts) => unknown> = new Map<
  string,
  (facts: Facts) => unknown
>([
  ['kept.repo', ({ context }) => context.repo],
  ['kept.rule', ({ context }) => context.rule],
  ['kept.tags', ({ context }) => context.tags],
  ['kept.priority', ({ context }) => context.priority],
  ['kept.arrived', ({ context }) => timeText(context.arrivedAt)],
  ['kept.raw', ({ context }) => context.raw],
]);

function timeText(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
