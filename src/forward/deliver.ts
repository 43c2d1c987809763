import type { Outgoing } from './outgoing.ts';
import type { Item, Target } from './target.ts';

const FIRST_WAIT = 1_000;
const LAST_WAIT = 300_000;

/** What a delivery needs of the forwarder around it. */
export interface DeliveryRoom {
  readonly target: Target;
  readonly giveUpAfter: number;
  readonly now: () => number;
  /** From 0 to less than 1. */
  readonly random: () => number;
  /** Waits, or throws when the forwarder is closed. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly onSent: (events: number) => void;
  readonly onRetry: (reason: string) => void;
  /** On disk when it resolves. */
  readonly onDead: (dead: readonly { readonly event: Outgoing; readonly reason: string }[]) => Promise<void>;
}

/**
 * Sends events until each is in or a dead letter. What an intake refuses as a whole is sent in halves, so that one bad
 * event takes no other with it. @throws what `wait` throws
 */
export async function deliver(events: readonly Outgoing[], room: DeliveryRoom): Promise<void> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const event of events) {
    const body = room.target.encode(event);
    if (body.length > room.target.maxItemBytes) {
      await room.onDead([
        { event, reason: `too large: ${body.length} bytes, at most ${room.target.maxItemBytes}` },
      ]);
      continue;
    }
    if (batch.length >= room.target.maxItems || bytes + body.length > room.target.maxBytes) {
      if (batch.length > 0) await sendBatch(batch, room);
      batch = [];
      bytes = 0;
    }
    batch.push({ event, body });
    bytes += body.length;
  }
  if (batch.length > 0) await sendBatch(batch, room);
}

async function sendBatch(items: readonly Item[], room: DeliveryRoom): Promise<void> {
  const since = room.now();
  let left = items;
  for (let failed = 0; left.length > 0; ) {
    const outcome = await room.target.send(left);
    if (outcome.kind === 'split') {
      if (left.length === 1)
        return await room.onDead(left.map(({ event }) => ({ event, reason: outcome.reason })));
      const middle = Math.ceil(left.length / 2);
      await sendBatch(left.slice(0, middle), room);
      return await sendBatch(left.slice(middle), room);
    }
    if (outcome.kind === 'answered') {
      const before = left;
      const out = new Set([...outcome.again, ...outcome.refused.map(({ index }) => index)]);
      room.onSent(before.length - out.size);
      await room.onDead(
        outcome.refused.flatMap(({ index, reason }) =>
          before[index] ? [{ event: before[index].event, reason }] : [],
        ),
      );
      left = outcome.again.flatMap((index) => before[index] ?? []);
      if (left.length === 0) return;
      // What moves forward starts its patience anew only as far as the pauses go.
      if (left.length < before.length) failed = 0;
    }
    const reason = outcome.kind === 'answered' ? 'the intake asked for some events again' : outcome.reason;
    if (outcome.kind !== 'locked' && room.now() - since >= room.giveUpAfter) {
      return await room.onDead(left.map(({ event }) => ({ event, reason })));
    }
    room.onRetry(reason);
    const asked = outcome.kind === 'again' ? outcome.after : undefined;
    await room.wait(asked ?? backOff(failed++, room.random));
  }
}

/** Twice as long each time, somewhere between half and all of it: many senders must not come back together. */
function backOff(failed: number, random: () => number): number {
  const whole = Math.min(FIRST_WAIT * 2 ** Math.min(failed, 20), LAST_WAIT);
  return Math.round(whole * (0.5 + random() / 2));
}
