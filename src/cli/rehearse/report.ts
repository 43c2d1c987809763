import { columns, timeCell } from '../columns.ts';
import type { Sample, TallyResult } from './tally.ts';

const BAR = 40;
/** Rows of a drawing: longer ranges are drawn in weeks, months, years. */
const MAX_ROWS = 31;
const YEAR = 365;
const STEPS = [1, 7, 30, YEAR];

/** The findings for people: how often, when, and on what. */
export function tallyText(what: string, result: TallyResult): string {
  const { events, matches, first, last } = result;
  const head = `${what}: ${matches} of ${events} events match`;
  if (matches === 0) return `${head}\n`;
  return [
    `${head}, the first ${timeCell(first)}, the last ${timeCell(last)}\n\n`,
    drawDays(result.days),
    ...topText('event', result.top.events),
    ...topText('who', result.top.users),
    ...topText('from', result.top.addresses),
    `\nthe newest:\n${samplesText(result.samples)}`,
  ].join('');
}

/** A table of records. */
export function samplesText(samples: readonly Sample[]): string {
  return columns(
    samples.map(({ time, eventName, user, sourceIp, eventId }) => [
      timeCell(time),
      eventName,
      user,
      sourceIp,
      eventId,
    ]),
  );
}

function drawDays(days: TallyResult['days']): string {
  const steps = inSteps(days, STEPS.find((step) => days.length <= step * MAX_ROWS) ?? YEAR);
  const most = Math.max(...steps.map(({ matches }) => matches), 1);
  return columns(
    steps.map(({ day, matches }) => {
      const length = matches === 0 ? 0 : Math.max(1, Math.round((matches / most) * BAR));
      return [day, String(matches).padStart(String(most).length), '█'.repeat(length)];
    }),
  );
}

/** Each row by its first day. */
function inSteps(days: TallyResult['days'], length: number): TallyResult['days'] {
  const steps: { day: string; matches: number }[] = [];
  for (const [index, { day, matches }] of days.entries()) {
    if (index % length === 0) steps.push({ day, matches });
    else steps[steps.length - 1]!.matches += matches;
  }
  return steps;
}

function topText(name: string, values: readonly (readonly [string, number])[]): string[] {
  return [
    `\n${columns(values.map(([value, count], index) => [index === 0 ? name : '', String(count), value]))}`,
  ];
}
