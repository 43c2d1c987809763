import type { Database, RootDatabase } from 'lmdb';
import { openEnvironment } from '../../lmdb/index.ts';
import type { MessageAttribute, Queue } from '../queue.ts';

/** By account, Region, name. */
export type QueueKey = [account: string, region: string, name: string];
/** By box, in order of sending. */
export type MessageKey = [box: number, seq: number];
/** By box and the time (ms) from which on the message may be received. */
export type DueKey = [box: number, dueAt: number, seq: number];

/** What of a message never changes. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes?: readonly (readonly [name: string, attribute: MessageAttribute])[];
  readonly sender: string;
  readonly sentAt: number;
  readonly trace?: string;
  readonly deadLetterSource?: string;
}

/** What each receipt changes. */
export interface MessageState {
  readonly dueAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt?: number;
  /** Of the latest receipt. */
  readonly nonce?: string;
}

/** Bytes and number of a box's messages. */
export interface BoxSize {
  readonly bytes: number;
  readonly messages: number;
}

/** The databases of the queues room, in one LMDB environment: a transaction spans them all. */
export interface QueuesEnvironment {
  /** Counters, and `bytes`: what all boxes hold together. */
  readonly root: RootDatabase<number, 'uid' | 'message' | 'bytes'>;
  readonly queues: Database<Queue, QueueKey>;
  readonly messages: Database<StoredMessage, MessageKey>;
  readonly states: Database<MessageState, MessageKey>;
  /** The order in which messages are received; the value says whether the message was received before. */
  readonly due: Database<boolean, DueKey>;
  readonly sizes: Database<BoxSize, number>;
  /** Boxes whose queue was deleted or purged, until they are empty. */
  readonly garbage: Database<number, number>;
}

/** Opens (and makes) the environment in `path`, a folder of its own. A write is on disk when its promise resolves. */
export function openQueuesEnvironment(path: string): QueuesEnvironment {
  const root: QueuesEnvironment['root'] = openEnvironment(path);
  return {
    root,
    queues: root.openDB({ name: 'queues', encoding: 'json' }),
    messages: root.openDB({ name: 'messages', encoding: 'json', compression: true }),
    states: root.openDB({ name: 'states', encoding: 'json' }),
    due: root.openDB({ name: 'due', encoding: 'json' }),
    sizes: root.openDB({ name: 'sizes', encoding: 'json' }),
    garbage: root.openDB({ name: 'garbage', encoding: 'json' }),
  };
}
