import { inTransaction, nextNumber } from '../../lmdb/index.ts';
import type { Queue, QueueAddress } from '../queue.ts';
import { noSuchQueue, QueueError } from '../queue-error.ts';
import type { QueuesEnvironment } from './environment.ts';

/** How often a queue may be purged (ms), as on AWS. */
const PURGE_EVERY = 60_000;

/** The queues themselves, without their messages. A change is on disk when its promise resolves. */
export class QueueBook {
  readonly #env: QueuesEnvironment;
  readonly #onGarbage: () => void;

  constructor(env: QueuesEnvironment, onGarbage: () => void) {
    this.#env = env;
    this.#onGarbage = onGarbage;
  }

  find({ account, region, name }: QueueAddress): Queue | undefined {
    return this.#env.queues.get([account, region, name]);
  }

  /** @throws QueueError QueueDoesNotExist */
  get(address: QueueAddress): Queue {
    const queue = this.find(address);
    if (!queue) throw noSuchQueue();
    return queue;
  }

  /** Makes the queue, or answers the one of that name that is there: whether that will do is for the caller to say. */
  async create(wish: Omit<Queue, 'uid' | 'box'>): Promise<{ queue: Queue; isNew: boolean }> {
    return await this.#env.root.transaction(() => {
      const known = this.find(wish);
      if (known) return { queue: known, isNew: false };
      const number = nextNumber(this.#env.root, 'uid', 2);
      const queue: Queue = { ...wish, uid: number, box: number + 1 };
      void this.#env.queues.put([wish.account, wish.region, wish.name], queue);
      return { queue, isNew: true };
    });
  }

  /** Changes a queue; `change` may throw, and then nothing changes. @throws QueueError QueueDoesNotExist */
  async update(address: QueueAddress, change: (queue: Queue) => Queue): Promise<Queue> {
    return await inTransaction(this.#env.root, () => {
      const queue = change(this.get(address));
      void this.#env.queues.put([address.account, address.region, address.name], queue);
      return queue;
    });
  }

  /** Gives the queue a new box: what was sent until now is gone. @throws QueueError QueueDoesNotExist, PurgeQueueInProgress */
  async purge(address: QueueAddress, now: number): Promise<void> {
    await this.update(address, (queue) => {
      if (queue.purgedAt !== undefined && now - queue.purgedAt < PURGE_EVERY) {
        throw new QueueError(
          'PurgeQueueInProgress',
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
        );
      }
      void this.#env.garbage.put(queue.box, now);
      return { ...queue, box: nextNumber(this.#env.root, 'uid'), purgedAt: now };
    });
    this.#onGarbage();
  }

  /** Deletes a queue with all that is in it. @throws QueueError QueueDoesNotExist */
  async delete(address: QueueAddress, now: number): Promise<Queue> {
    const deleted = await inTransaction(this.#env.root, () => {
      const queue = this.get(address);
      void this.#env.queues.remove([address.account, address.region, address.name]);
      void this.#env.garbage.put(queue.box, now);
      return queue;
    });
    this.#onGarbage();
    return deleted;
  }

  /** Queues of an account in a Region, by name: those whose name begins with `prefix` and comes after `after`. */
  list(
    { account, region }: Omit<QueueAddress, 'name'>,
    {
      prefix = '',
      after = '',
      limit,
    }: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Queue[] {
    const found: Queue[] = [];
    const start = after > prefix ? after : prefix;
    for (const { value } of this.#env.queues.getRange({ start: [account, region, start] })) {
      const isOther = value.account !== account || value.region !== region || !value.name.startsWith(prefix);
      if (isOther || found.length === limit) break;
      if (value.name !== after) found.push(value);
    }
    return found;
  }

  /** Every queue of every account. */
  all(): Queue[] {
    return [...this.#env.queues.getRange({})].map(({ value }) => value);
  }
}
