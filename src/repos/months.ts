import type { Sql } from '../store/index.ts';
import { ageOf, isKept, keepNot, keptPlaces, rowsOf } from './block/index.ts';

/** One row of each month, and its place as SQL names it. */
export function samplesOf(
  blocks: readonly Buffer[],
): readonly { readonly month: number; readonly place: Sql }[] {
  const samples = new Map<number, Sql>();
  let until = 0;
  let since = 0;
  for (const block of blocks) {
    for (const { time, tie } of keptPlaces(block)) {
      // Most rows are of the month of the row before.
      if (time >= since && time < until) continue;
      const month = monthOf(time);
      [since, until] = [startOf(month), endOf(month)];
      if (!samples.has(month)) samples.set(month, `(${ageOf(time)}, ${tie})`);
    }
  }
  return [...samples].map(([month, place]) => ({ month, place }));
}

/** Copies that keep the rows of these months alone. */
export function onlyMonths(blocks: readonly Buffer[], months: ReadonlySet<number>): readonly Buffer[] {
  return blocks.map((block) => {
    const copy = Buffer.from(block);
    const rows = rowsOf(block);
    const places = keptPlaces(block);
    for (let row = 0; row < rows; row++) {
      if (!isKept(block, rows, row)) continue;
      const place = places.next();
      if (!place.done && !months.has(monthOf(place.value.time))) keepNot(copy, rows, row);
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
