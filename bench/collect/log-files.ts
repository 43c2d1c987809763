import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { generateEvents } from '../generator.ts';

const DAY = 86_400_000;

/**
 * Makes the log files of one account and Region once, at CloudTrail's keys below `folder`: so many on each of the days
 * before `end` (ms), the same number of events in each.
 */
export function makeLogFiles(options: {
  readonly folder: string;
  readonly events: number;
  readonly files: number;
  readonly days: number;
  readonly end: number;
}): void {
  const { folder, events, files, days, end } = options;
  if (existsSync(folder)) return;
  const fresh = `${folder}-new`;
  rmSync(fresh, { recursive: true, force: true });
  const span = days * DAY;
  const stream = generateEvents({ start: end - span, eventsPerSecond: events / (span / 1000) });
  const made = new Set<string>();
  for (let file = 0; file < files; file++) {
    const records: string[] = [];
    const share = Math.floor(((file + 1) * events) / files) - Math.floor((file * events) / files);
    for (let event = 0; event < share; event++) records.push(stream.next().value.raw.toString());
    const at = new Date(end - span + Math.floor(((file + 1) * span) / files) - 1).toISOString();
    const stamp = `${at.slice(0, 16).replace(/[-:]/g, '')}Z`;
    const name = `111122223333_CloudTrail_eu-central-1_${stamp}_${String(file).padStart(16, '0')}.json.gz`;
    const key = `AWSLogs/111122223333/CloudTrail/eu-central-1/${at.slice(0, 10).replaceAll('-', '/')}/${name}`;
    const path = join(fresh, key);
    if (!made.has(dirname(path))) mkdirSync(dirname(path), { recursive: true });
    made.add(dirname(path));
    writeFileSync(path, gzipSync(`{"Records":[${records.join()}]}`));
  }
  // Whole or not at all: a broken run leaves nothing that looks ready.
  renameSync(fresh, folder);
}
