import type { Sql } from '../store/index.ts';
import { ageOf, keepNot, placesOf } from './block/index.ts';

/** One row of each month, and its place as SQL names it. */
export function samplesOf(
  blocks: readonly Buffer[],
): readonly { readonly month: number; readonly place: Sql }[] {
  const samples = new Map<number, Sql>();
  let until = 0;
  let since = 0;
  for (const block of blocks) {
    const places = placesOf(block);
    for (let row = 0; row < places.rows; row++) {
      const time = places.time(row);
      // Most rows are of the month of the row before.
      if ((time >= since && time < until) || !places.isKept(row)) continue;
      const month = monthOf(time);
      [since, until] = [startOf(month), endOf(month)];
      if (!samples.has(month)) samples.set(month, `(${ageOf(time)}, ${places.tie(row)})`);
    }
  }
  return [...samples].map(([month, place]) => ({ month, place }));
}

/** Copies that keep the rows of these months alone. */
export function onlyMonths(blocks: readonly Buffer[], months: ReadonlySet<number>): readonly Buffer[] {
  return blocks.map((block) => {
    const copy = Buffer.from(block);
    const places = placesOf(block);
    for (let row = 0; row < places.rows; row++) {
      if (!months.has(monthOf(places.time(row)))) keepNot(copy, places.rows, row);
    }
    return copy;
  });
}

/** Such as 202611, in UTC; of times that the engine's dates cannot have, the one at the edge would do as well. */
function monthOf(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
}

/** The first moment (ms) of a month such as 202611. */
export function startOf(month: number): number {
  return Date.UTC(Math.floor(month / 100), (month % 100) - 1, 1);
}

/** The moment at which the next month begins. */
export function endOf(month: number): number {
  return Date.UTC(Math.floor(month / 100), month % 100, 1);
}
