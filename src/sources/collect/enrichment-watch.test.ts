import { expect, test } from 'vitest';
import { EnrichmentWatch } from './enrichment-watch.ts';

const counts = { records: 10, degraded: 2, failedLookups: 1, failedFiles: 1 };
const ready = { file: 'a.csv', state: 'ready', text: '3 rows' } as const;
const missing = { file: 'a.csv', state: 'unavailable', text: 'is not there' } as const;

test('threads are added up; of a file the worst state is shown, and each change told once', () => {
  const watch = new EnrichmentWatch();
  const told: string[] = [];
  watch.onChange = ({ file, text }) => told.push(`${file} ${text}`);
  watch.take(1, { counts, files: [missing] });
  watch.take(1, { counts: { ...counts, records: 20 }, files: [missing] });
  watch.take(2, { counts, files: [ready] });
  expect(watch.counts).toEqual({ records: 30, degraded: 4, failedLookups: 2, failedFiles: 2 });
  expect(watch.files).toEqual([missing]);
  watch.take(1, { counts, files: [ready] });
  expect(watch.files).toEqual([ready]);
  expect(told).toEqual(['a.csv is not there', 'a.csv 3 rows']);
  watch.take(1, { counts, files: [] });
  watch.take(2, { counts, files: [] });
  expect(watch.files).toEqual([]);
});
