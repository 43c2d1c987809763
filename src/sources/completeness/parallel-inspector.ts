import { type BucketReader, inspectLog, type LogInspector } from '../../digest/verify/index.ts';

/** Reads so many log files side by side: a bucket far away answers one by one slowly, and each may be 50 MB. */
const AT_ONCE = 12;

/** Inspects in this thread, several at a time. */
export function createParallelInspector(reader: BucketReader, atOnce = AT_ONCE): LogInspector {
  let running = 0;
  const waiting: (() => void)[] = [];
  async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody overtakes.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }
  return {
    inspect: (logs) => Promise.all(logs.map((log) => inTurn(() => inspectLog(reader, log)))),
  };
}
