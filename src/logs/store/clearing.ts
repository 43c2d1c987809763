import type { LogGroup } from '../log-group.ts';
import type { EventKey, LogsEnvironment } from './environment.ts';
import { sizeOf, streamOf } from './event-codec.ts';

/** Events that one transaction removes: bounds how long a writer waits for it. */
const CHUNK = 1_000;
const DAY = 86_400_000;

/** Before when a group's events are past its retention; 0 without one. */
export function retentionEdge({ retentionDays }: LogGroup, now: number): number {
  return retentionDays === undefined ? 0 : now - retentionDays * DAY;
}

/** Removes a group's events of before `edge`, a little at a time; answers how many. */
export async function clearOldEvents(env: LogsEnvironment, { uid }: LogGroup, edge: number): Promise<number> {
  let cleared = 0;
  for (;;) {
    const removed = await env.root.transaction(() => {
      const range = env.events.getRange({ start: [uid, 0, 0], end: [uid, edge, 0], limit: CHUNK });
      const old = [
        ...range.map(({ key, value }) => ({ key, stream: streamOf(value), bytes: sizeOf(value) })),
      ];
      for (const { key, stream } of old) {
        void env.events.remove(key);
        void env.byStream.remove([stream, key[1], key[2]]);
      }
      const size = env.sizes.get(uid);
      if (size) {
        const bytes = old.reduce((sum, event) => sum + event.bytes, 0);
        void env.sizes.put(uid, { bytes: size.bytes - bytes, events: size.events - old.length });
      }
      return old.length;
    });
    cleared += removed;
    if (removed < CHUNK) return cleared;
  }
}

/** Removes the events of deleted groups and streams; what a crash leaves is taken up by the next call. */
export async function clearGarbage(env: LogsEnvironment): Promise<void> {
  for (;;) {
    const next = [...env.garbage.getRange({ limit: 1 })][0];
    if (!next) return;
    const { group, stream } = next.value;
    while ((await clearChunk(env, group, stream)) === CHUNK);
    await env.garbage.remove(next.key);
  }
}

async function clearChunk(env: LogsEnvironment, group: number, stream: number | undefined): Promise<number> {
  return await env.root.transaction(() => {
    if (stream === undefined) {
      const range = env.events.getRange({ start: [group, 0, 0], end: [group + 1, 0, 0], limit: CHUNK });
      const keys = [...range.map(({ key, value }) => ({ key, stream: streamOf(value) }))];
      for (const { key, stream: of } of keys) {
        void env.events.remove(key);
        void env.byStream.remove([of, key[1], key[2]]);
      }
      return keys.length;
    }
    const keys = [...env.byStream.getKeys({ start: [stream, 0, 0], end: [stream + 1, 0, 0], limit: CHUNK })];
    let bytes = 0;
    for (const key of keys) {
      const inGroup: EventKey = [group, key[1], key[2]];
      const value = env.events.get(inGroup);
      bytes += value ? sizeOf(value) : 0;
      void env.events.remove(inGroup);
      void env.byStream.remove(key);
    }
    const size = env.sizes.get(group);
    if (size) void env.sizes.put(group, { bytes: size.bytes - bytes, events: size.events - keys.length });
    return keys.length;
  });
}
