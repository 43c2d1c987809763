import { type BucketReader, inspectLog, type LogInspector } from '../../digest/verify/index.ts';
import { Slots } from '../../slots/index.ts';

/** Reads so many log files side by side: a bucket far away answers one by one slowly, and each may be 50 MB. */
const AT_ONCE = 12;

/** Inspects in this thread, several at a time. */
export function createParallelInspector(reader: BucketReader, atOnce = AT_ONCE): LogInspector {
  const slots = new Slots(atOnce);
  return {
    inspect: (logs) => Promise.all(logs.map((log) => slots.run(() => inspectLog(reader, log)))),
  };
}
