import { inTransaction, nextNumber } from '../../lmdb/index.ts';
import type { CloudWatchEnvironment, HistoryKey } from '../environment.ts';
import type { CloudWatchPlace } from '../place.ts';
import type { HistoryItem } from './history-item.ts';

/** Which items to list. */
export interface HistoryListing {
  readonly alarm?: string;
  readonly type?: HistoryItem['type'];
  /** Milliseconds since the epoch, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  readonly after?: HistoryPosition;
  readonly limit: number;
}

/** A place between items. */
export interface HistoryPosition {
  readonly time: number;
  readonly seq: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const KEEP = 30 * 86_400_000;
const CHUNK = 1_000;
/** Items that one listing looks at: a filter by type may find few of them. */
const MOST_SEEN = 10_000;

/** Writes an item; only inside a transaction. */
export function writeHistory(env: CloudWatchEnvironment, place: CloudWatchPlace, item: HistoryItem): void {
  const { account, region } = place;
  const seq = nextNumber(env.root, 'history');
  void env.history.put([account, region, item.time, seq], item);
  void env.alarmHistory.put([account, region, item.alarm, item.time, seq], 0);
}

/** Items of one alarm or of all, with the place to go on after where there may be more. */
export function listHistory(
  env: CloudWatchEnvironment,
  { account, region }: CloudWatchPlace,
  { alarm, type, from, to, newestFirst, after, limit }: HistoryListing,
): { readonly items: readonly HistoryItem[]; readonly next?: HistoryPosition } {
  const low = after && !newestFirst ? { time: after.time, seq: after.seq + 1 } : { time: from, seq: 0 };
  const high = after && newestFirst ? after : { time: to + 1, seq: 0 };
  const items: HistoryItem[] = [];
  let seen = 0;
  let position: HistoryPosition | undefined;
  for (const place of positions()) {
    if (items.length === limit || seen === MOST_SEEN) return { items, ...(position && { next: position }) };
    seen++;
    position = place;
    const item = env.history.get([account, region, place.time, place.seq]);
    if (item && (type === undefined || item.type === type)) items.push(item);
  }
  return { items };

  function* positions(): Iterable<HistoryPosition> {
    if (low.time > high.time || (low.time === high.time && low.seq >= high.seq)) return;
    const bound = ({ time, seq }: HistoryPosition) =>
      alarm === undefined ? [account, region, time, seq] : [account, region, alarm, time, seq];
    // Backwards LMDB begins at its start, which then is the higher end, and leaves out its end.
    const options = newestFirst
      ? {
          start: bound({ ...high, seq: high.seq - 1 }),
          end: bound({ ...low, seq: low.seq - 1 }),
          reverse: true,
        }
      : { start: bound(low), end: bound(high) };
    const keys =
      alarm === undefined
        ? env.history.getKeys(options as never)
        : env.alarmHistory.getKeys(options as never);
    for (const key of keys) yield { time: key.at(-2) as number, seq: key.at(-1) as number };
  }
}

/** Removes what is older than thirty days. */
export async function clearOldHistory(env: CloudWatchEnvironment, now: number): Promise<void> {
  // Keys begin with account and Region: a look at all is short work for what thirty days hold.
  let old: HistoryKey[] = [];
  const remove = async () => {
    const keys = old;
    old = [];
    await inTransaction(env.root, () => {
      for (const [account, region, time, seq] of keys) {
        const item = env.history.get([account, region, time, seq]);
        void env.history.remove([account, region, time, seq]);
        if (item) void env.alarmHistory.remove([account, region, item.alarm, time, seq]);
      }
    });
  };
  const all = [...env.history.getKeys()].filter(([, , time]) => time < now - KEEP);
  for (const key of all) {
    old.push(key);
    if (old.length === CHUNK) await remove();
  }
  if (old.length > 0) await remove();
}
