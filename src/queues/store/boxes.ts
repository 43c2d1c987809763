import { randomBytes, randomUUID } from 'node:crypto';
import { nextNumber } from '../../lmdb/index.ts';
import type { NewMessage, QueueCounts, ReceivedMessage } from '../queue.ts';
import type { Receipt } from '../receipt.ts';
import { writeReceipt } from '../receipt.ts';
import type { MessageKey, QueuesEnvironment, StoredMessage } from './environment.ts';

/** What a message costs beside its text: keys, state, order. */
const OVERHEAD = 256;
/** Messages that one transaction looks at: bounds how long a writer waits for it. */
const CHUNK = 500;

/** What a look into a box did beside what it found. */
export interface Taken {
  readonly messages: readonly ReceivedMessage[];
  /** Too old to be received; removed. */
  readonly expired: number;
  /** Received too often; now in the dead-letter queue's box. */
  readonly moved: number;
}

/** How messages are taken out of a box for a while. */
export interface TakeRequest {
  readonly uid: number;
  readonly box: number;
  readonly now: number;
  readonly limit: number;
  /** Milliseconds. */
  readonly visibility: number;
  /** Sent before: too old (ms since the epoch). */
  readonly edge: number;
  readonly redrive?: {
    readonly maxReceiveCount: number;
    readonly sourceArn: string;
    /** Undefined when the dead-letter queue is gone: the message then stays where it is, as on AWS. */
    readonly targetBox: number | undefined;
  };
}

/**
 * The messages of all queues, each queue's in a box of its own. Every function but `counts`, `nextDue` and `bytes` runs
 * inside a transaction of the caller, which makes several changes one.
 */
export class Boxes {
  readonly #env: QueuesEnvironment;

  constructor(env: QueuesEnvironment) {
    this.#env = env;
  }

  /** Bytes of all boxes together. */
  get bytes(): number {
    return this.#env.root.get('bytes') ?? 0;
  }

  /** Puts messages in, received from `now` plus their delay (seconds) on; answers their ids. */
  put(box: number, messages: readonly NewMessage[], now: number, delay: number): string[] {
    let seq = nextNumber(this.#env.root, 'message', messages.length);
    return messages.map(({ body, attributes, sender, trace, delay: own }) => {
      const stored: StoredMessage = {
        id: randomUUID(),
        body,
        ...(attributes && attributes.size > 0 && { attributes: [...attributes] }),
        sender,
        sentAt: now,
        ...(trace !== undefined && { trace }),
      };
      this.#insert([box, seq++], stored, now + (own ?? delay) * 1000);
      return stored.id;
    });
  }

  #insert(key: MessageKey, message: StoredMessage, dueAt: number): void {
    const { messages, states, due } = this.#env;
    void messages.put(key, message);
    void states.put(key, { dueAt, receiveCount: 0 });
    void due.put([key[0], dueAt, key[1]], false);
    this.#grow(key[0], sizeOf(message), 1);
  }

  /** Takes what may be received, oldest first. */
  take({ uid, box, now, limit, visibility, edge, redrive }: TakeRequest): Taken {
    const { messages, states, due } = this.#env;
    const found: ReceivedMessage[] = [];
    let expired = 0;
    let moved = 0;
    const keys = [...due.getKeys({ start: [box, 0, 0], end: [box, now + 1, 0], limit: CHUNK })];
    for (const [, dueAt, seq] of keys) {
      if (found.length >= limit) break;
      const key: MessageKey = [box, seq];
      const message = messages.get(key);
      const state = states.get(key);
      if (!message || !state) {
        // Half of a message: left where it is, every receive would look at it for ever.
        void due.remove([box, dueAt, seq]);
        continue;
      }
      if (message.sentAt < edge) {
        this.#remove(key, message, state.dueAt);
        expired++;
        continue;
      }
      if (redrive?.targetBox !== undefined && state.receiveCount >= redrive.maxReceiveCount) {
        this.#remove(key, message, state.dueAt);
        const target: MessageKey = [redrive.targetBox, nextNumber(this.#env.root, 'message')];
        this.#insert(target, { ...message, deadLetterSource: redrive.sourceArn }, now);
        moved++;
        continue;
      }
      const nonce = randomBytes(16).toString('hex');
      const firstReceivedAt = state.firstReceivedAt ?? now;
      const receiveCount = state.receiveCount + 1;
      const hiddenTo = now + visibility;
      void due.remove([box, state.dueAt, seq]);
      void due.put([box, hiddenTo, seq], true);
      void states.put(key, { dueAt: hiddenTo, receiveCount, firstReceivedAt, nonce });
      const { id, body, attributes, sender, sentAt, trace, deadLetterSource } = message;
      found.push({
        id,
        body,
        attributes: new Map(attributes),
        sender,
        sentAt,
        receiptHandle: writeReceipt({ uid, box, seq, nonce }),
        firstReceivedAt,
        receiveCount,
        ...(trace !== undefined && { trace }),
        ...(deadLetterSource !== undefined && { deadLetterSource }),
      });
    }
    return { messages: found, expired, moved };
  }

  /** Removes a received message. False: it is gone already, or somebody else has received it since. */
  remove({ box, seq, nonce }: Receipt): boolean {
    const key: MessageKey = [box, seq];
    const state = this.#env.states.get(key);
    const message = this.#env.messages.get(key);
    if (!state || !message || state.nonce !== nonce) return false;
    this.#remove(key, message, state.dueAt);
    return true;
  }

  /** Sets when a received message may be received again (ms since the epoch). */
  hide({ box, seq, nonce }: Receipt, dueAt: number, now: number): 'hidden' | 'not in flight' | 'gone' {
    const key: MessageKey = [box, seq];
    const state = this.#env.states.get(key);
    if (!state) return 'gone';
    if (state.nonce !== nonce || state.dueAt <= now) return 'not in flight';
    void this.#env.due.remove([box, state.dueAt, seq]);
    void this.#env.due.put([box, dueAt, seq], true);
    void this.#env.states.put(key, { ...state, dueAt });
    return 'hidden';
  }

  /** Removes messages that were sent before `edge`, a chunk; answers how many. */
  expire(box: number, edge: number): number {
    let expired = 0;
    const range = this.#env.messages.getRange({ start: [box, 0], end: [box + 1, 0], limit: CHUNK });
    for (const { key, value } of [...range]) {
      // In order of sending, but for what came over from other queues: those wait until they are in front.
      if (value.sentAt >= edge) break;
      this.#remove(key, value, this.#env.states.get(key)?.dueAt);
      expired++;
    }
    return expired;
  }

  /** Removes a chunk of a box that no queue has any more; true while there is more. */
  clear(box: number): boolean {
    const range = this.#env.messages.getRange({ start: [box, 0], end: [box + 1, 0], limit: CHUNK });
    const rest = [...range];
    for (const { key, value } of rest) this.#remove(key, value, this.#env.states.get(key)?.dueAt);
    if (rest.length === CHUNK) return true;
    void this.#env.sizes.remove(box);
    return false;
  }

  counts(box: number, now: number): QueueCounts {
    let inFlight = 0;
    let delayed = 0;
    for (const { value } of this.#env.due.getRange({
      start: [box, now + 1, 0],
      end: [box + 1, 0, 0],
    })) {
      if (value) inFlight++;
      else delayed++;
    }
    const all = this.#env.sizes.get(box)?.messages ?? 0;
    return { visible: Math.max(0, all - inFlight - delayed), inFlight, delayed };
  }

  /** When the next message of the box may be received (ms since the epoch); undefined when it is empty. */
  nextDue(box: number): number | undefined {
    for (const [, dueAt] of this.#env.due.getKeys({ start: [box, 0, 0], end: [box + 1, 0, 0], limit: 1 })) {
      return dueAt;
    }
    return undefined;
  }

  /** `dueAt` is undefined of a message that has lost its state. */
  #remove(key: MessageKey, message: StoredMessage, dueAt: number | undefined): void {
    const { messages, states, due } = this.#env;
    void messages.remove(key);
    void states.remove(key);
    if (dueAt !== undefined) void due.remove([key[0], dueAt, key[1]]);
    this.#grow(key[0], -sizeOf(message), -1);
  }

  #grow(box: number, bytes: number, messages: number): void {
    const { root, sizes } = this.#env;
    const size = sizes.get(box) ?? { bytes: 0, messages: 0 };
    void sizes.put(box, { bytes: size.bytes + bytes, messages: size.messages + messages });
    void root.put('bytes', (root.get('bytes') ?? 0) + bytes);
  }
}

/** Bytes that a message is counted with. */
export function sizeOf({ body, attributes = [] }: Pick<StoredMessage, 'body' | 'attributes'>): number {
  let bytes = OVERHEAD + Buffer.byteLength(body);
  for (const [name, { type, value }] of attributes) bytes += Buffer.byteLength(name + type + value);
  return bytes;
}
