import { randomUUID } from 'node:crypto';
import { SourcesError } from '../../sources/index.ts';
import type { SecretBox } from '../../sources/secret-box/index.ts';
import { type State, updateState } from '../../state/index.ts';
import { type Action, apply, OrderRefused, prepare } from './actions.ts';
import { ApiRefusal } from './api-answer.ts';
import type { SourcesRooms } from './sources-house.ts';

/** A change that was asked for, and what came of it. */
export interface Order {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly finishedAt?: number;
  readonly state: 'pending' | 'success' | 'failed';
  /** Such as `LogSources`, `create`, and the id and name of what is changed. */
  readonly resource: string;
  readonly operation: string;
  readonly target: string;
  readonly name: string;
  /** The path's own words, which the answer repeats. */
  readonly pool: string;
  readonly logpoint: string;
  /** For people; of a failed one the reason. */
  readonly message?: string;
}

/** What asks for an order. */
export type NewOrder = Pick<Order, 'resource' | 'operation' | 'target' | 'name' | 'pool' | 'logpoint'>;

/** The action is there only as long as it is to be done. */
interface StoredOrder extends Order {
  readonly sealed?: string;
}

/** Orders: durable before they are answered, carried out once each, found for as long as the newest 1,000 are kept. */
export interface Orders {
  /**
   * Durable on return; carried out too, unless it has to ask a bucket first. @throws ApiRefusal 429 when too many wait
   */
  submit(order: NewOrder, action: Action): Promise<Order>;
  get(id: string): Promise<Order | undefined>;
  /** Seals with the newest key what an older one sealed; answers how many. */
  reseal(): Promise<number>;
  /** Waits for what is being carried out. */
  close(): Promise<void>;
}

const PREFIX = 'sources/order/';
const MAX_KEPT = 1_000;
/** Orders that ask a bucket first. */
const MAX_WAITING = 50;

/** Opens the orders, and carries out what a crash left undone. */
export async function openOrders(options: {
  readonly state: State;
  readonly box: SecretBox;
  readonly rooms: SourcesRooms;
  readonly onError: (what: string, error: unknown) => void;
  /** How many are kept. Default 1,000. */
  readonly kept?: number;
}): Promise<Orders> {
  const { state, box, rooms, onError } = options;
  const maxKept = options.kept ?? MAX_KEPT;
  const waiting = new Set<Promise<unknown>>();
  /** Ids of kept orders, oldest first. */
  const kept: string[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  const placeOf = (id: string) => `order/${id}`;

  async function finish(order: StoredOrder, state_: 'success' | 'failed', message: string): Promise<Order> {
    const { sealed: _done, ...rest } = order;
    const finished: Order = { ...rest, state: state_, message, finishedAt: rooms.now() };
    await updateState<StoredOrder>(state, PREFIX + order.id, () => finished);
    return finished;
  }

  /** Normal running and the start after a crash go through here. */
  async function carryOut(order: StoredOrder, action: Action): Promise<Order> {
    try {
      await prepare(action, rooms);
      const mine = turn.then(async () => finish(order, 'success', await apply(action, rooms)));
      turn = mine.catch(() => undefined);
      return await mine;
    } catch (error) {
      const isRefusal = error instanceof OrderRefused || error instanceof SourcesError;
      if (!isRefusal)
        onError(`the order ${order.operation} of ${order.resource} ${order.target} failed`, error);
      return await finish(order, 'failed', (error as Error).message);
    }
  }

  function keepWaiting(done: Promise<unknown>): void {
    const settled = done
      .catch((error: unknown) => onError('the outcome of an order cannot be stored', error))
      .finally(() => waiting.delete(settled));
    waiting.add(settled);
  }

  async function forgetOld(): Promise<void> {
    while (kept.length > maxKept) {
      const id = kept.shift()!;
      const old = await state.get<StoredOrder>(PREFIX + id);
      if (old && old.value.state !== 'pending') await updateState(state, PREFIX + id, () => undefined);
    }
  }

  const stored = (await state.list<StoredOrder>(PREFIX)).map(({ value }) => value);
  for (const order of stored.sort((a, b) => a.at - b.at)) {
    kept.push(order.id);
    if (order.sealed === undefined) continue;
    try {
      const action = JSON.parse(box.open(placeOf(order.id), order.sealed)) as Action;
      const done = carryOut(order, action);
      // A bucket that does not answer must not hold up the start.
      if (asksFirst(action)) keepWaiting(done);
      else await done;
    } catch (error) {
      onError('an order of before the start cannot be carried out', error);
      await finish(order, 'failed', (error as Error).message);
    }
  }

  return {
    async submit(asked, action) {
      if (waiting.size >= MAX_WAITING) {
        throw new ApiRefusal(
          429,
          'TooManyOrders',
          `${MAX_WAITING} orders are being carried out: wait for one`,
        );
      }
      const id = randomUUID();
      const sealed = box.seal(placeOf(id), JSON.stringify(action));
      const order: StoredOrder = { ...asked, id, at: rooms.now(), state: 'pending', sealed };
      await state.put(PREFIX + id, order, 0);
      kept.push(id);
      await forgetOld();
      const done = carryOut(order, action);
      if (!asksFirst(action)) return await done;
      keepWaiting(done);
      return order;
    },
    async get(id) {
      const found = await state.get<StoredOrder>(PREFIX + id);
      if (!found) return undefined;
      const { sealed: _secret, ...order } = found.value;
      return order;
    },
    async reseal() {
      let count = 0;
      for (const { key, value } of await state.list<StoredOrder>(PREFIX)) {
        if (value.sealed === undefined || box.isCurrent(value.sealed)) continue;
        await updateState<StoredOrder>(state, key, (now) => {
          if (now?.sealed === undefined) return now;
          return { ...now, sealed: box.seal(placeOf(now.id), box.open(placeOf(now.id), now.sealed)) };
        });
        count++;
      }
      return count;
    },
    async close() {
      await Promise.allSettled([...waiting, turn]);
    },
  };
}

function asksFirst(action: Action): boolean {
  return action.op === 'put-source' && action.check;
}

/** An order as `monitorapi` answers it: in Logpoint's form, with `status` beside it. */
export function writeOrder(order: Order): unknown {
  const { id, state, resource, operation, target, name, message } = order;
  const isDone = state !== 'pending';
  return {
    status: state === 'success' ? 'Success' : state === 'failed' ? 'Failed' : 'Pending',
    request: { id, resource, operation, target, name, created_at: new Date(order.at).toISOString() },
    pool_uuid: order.pool,
    logpoint_identifier: order.logpoint,
    response: {
      ...(isDone && { success: state === 'success' }),
      message: message ?? 'the order is being carried out',
      ...(state === 'success' && { id: target }),
      ...(state === 'failed' && { errors: [message] }),
      ...(order.finishedAt !== undefined && { finished_at: new Date(order.finishedAt).toISOString() }),
    },
  };
}
