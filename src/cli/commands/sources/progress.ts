import type { BackFillProgress } from '../../../sources/index.ts';
import { spanCell } from './span-cell.ts';

/** How far a back-fill is, in one line. */
export function progressLine({
  files,
  filesDone,
  listed,
  records,
  rate,
  remaining,
  done,
}: BackFillProgress): string {
  const total = listed ? String(files) : `${files} so far`;
  const share = listed && files > 0 ? ` (${Math.floor((filesDone / files) * 100)} %)` : '';
  const counts = `${filesDone} of ${total} files${share}, ${records} records`;
  if (done) return `${counts}, done`;
  const left = remaining === undefined ? '' : `, about ${spanCell(remaining)} left`;
  return `${counts}, ${Math.round(rate)}/s${left}`;
}
