import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogSource } from '../../sources/index.ts';
import type { State } from '../../state/index.ts';
import type { Action } from './actions.ts';
import { type ApiHouse, openApiHouse } from './house.fixture.ts';
import { type NewOrder, openOrders, writeOrder } from './orders.ts';

let house: ApiHouse;
let errors: unknown[];
beforeEach(async () => {
  house = await openApiHouse();
  errors = [];
});
afterEach(() => house.dispose());

const SECRET = 'hunter2-hunter2';
const SOURCE = {
  id: 'source-1',
  name: 'one',
  routing: { kind: 'inline', rules: { catch_all: 'audit' } },
  connector: {
    bucket: 'b',
    prefix: '',
    endpointUrl: 'http://127.0.0.1:9',
    region: 'r',
    credentials: { kind: 'none' },
    tls: { insecure: false },
  },
} as unknown as LogSource;
const PLACE = {
  resource: 'LogSources',
  operation: 'create',
  target: 'source-1',
  name: 'one',
  pool: 'p',
  logpoint: 'l',
};
const create = (over: Partial<Extract<Action, { op: 'put-source' }>> = {}): Action => ({
  op: 'put-source',
  isNew: true,
  source: SOURCE,
  secrets: { secretAccessKey: SECRET },
  keep: [],
  repos: [{ name: 'audit', paths: [{ path: 'p', retentionDays: 30 }] }],
  check: false,
  ...over,
});

const open = (state: State = house.state) =>
  openOrders({ state, box: house.box, rooms: house.rooms, onError: (_what, error) => errors.push(error) });

/** A state whose n-th write of orders does not come to be: what a crash there leaves. */
function stateThatDies(after: number): State {
  let writes = 0;
  return {
    ...house.state,
    put: async (key, value, expected) => {
      if (key.startsWith('sources/order/') && ++writes > after) throw new Error('killed');
      return house.state.put(key, value, expected);
    },
  };
}

async function restart(): Promise<void> {
  await house.state.close();
  house = await openApiHouse(house);
}

describe('an order', () => {
  it('is carried out, and found with its outcome', async () => {
    const orders = await open();
    const { id } = await orders.submit(PLACE, create());
    expect(house.rooms.sources.find('one')).toMatchObject({ id: 'source-1' });
    expect(house.repos).toEqual(new Map([['audit', 30]]));
    expect(writeOrder((await orders.get(id))!)).toMatchObject({
      status: 'Success',
      pool_uuid: 'p',
      response: { success: true, id: 'source-1', message: 'log source one created' },
    });
    expect(errors).toEqual([]);
  });

  it('holds its secrets sealed while it waits, and not at all afterwards', async () => {
    const orders = await open(stateThatDies(1));
    await expect(orders.submit(PLACE, create())).rejects.toThrow('killed');
    const [waiting] = await house.state.list<Record<string, unknown>>('sources/order/');
    expect(waiting?.value).toMatchObject({ state: 'pending', sealed: expect.any(String) });
    expect(JSON.stringify(waiting)).not.toContain(SECRET);
    await open();
    const [done] = await house.state.list<Record<string, unknown>>('sources/order/');
    expect(done?.value).toMatchObject({ state: 'success' });
    expect(done?.value.sealed).toBeUndefined();
  });

  it('is carried out by the next start when the process died before, and once only', async () => {
    const orders = await open(stateThatDies(1));
    await expect(orders.submit(PLACE, create())).rejects.toThrow('killed');
    // What the order did is done; that it was done is not written.
    await restart();
    const again = await open();
    expect(house.rooms.sources.list()).toHaveLength(1);
    expect(await house.rooms.sources.reveal(SOURCE)).toEqual({ secretAccessKey: SECRET });
    expect(house.rooms.policies.list('repo').filter(({ name }) => name === 'audit')).toHaveLength(1);
    await again.close();
  });

  it('is nothing when it was not stored', async () => {
    const orders = await open(stateThatDies(0));
    await expect(orders.submit(PLACE, create())).rejects.toThrow('killed');
    await restart();
    await open();
    expect(house.rooms.sources.list()).toEqual([]);
  });

  it('that edits what was deleted meanwhile fails with words', async () => {
    const orders = await open();
    const order = await orders.submit({ ...PLACE, operation: 'edit' }, create({ isNew: false }));
    expect(writeOrder(order)).toMatchObject({
      status: 'Failed',
      response: { success: false, errors: ['there is no log source source-1 any more'] },
    });
    expect(errors).toEqual([]);
  });

  it('that asks a bucket first is answered before, fails with what the bucket says, and changes nothing', async () => {
    const orders = await open();
    const order = await orders.submit(PLACE, create({ check: true }));
    expect(writeOrder(order)).toMatchObject({ status: 'Pending', response: { message: expect.any(String) } });
    await orders.close();
    const done = await orders.get(order.id);
    expect(done).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('the bucket cannot be read'),
    });
    expect(house.rooms.sources.list()).toEqual([]);
    expect(house.repos.size).toBe(0);
  });

  it('that deletes a repository never empties one that is still used', async () => {
    const orders = await open();
    await orders.submit(PLACE, create());
    const repo = house.rooms.policies.find('repo', 'audit')!;
    const drop: Action = { op: 'delete-policy', kind: 'repo', id: repo.id, name: 'audit' };
    const place: NewOrder = { ...PLACE, resource: 'Repos', operation: 'delete', target: repo.id };
    expect((await orders.submit(place, drop)).state).toBe('failed');
    expect(house.repos.has('audit')).toBe(true);
    await orders.submit(PLACE, { op: 'delete-source', id: 'source-1' });
    expect((await orders.submit(place, drop)).state).toBe('success');
    expect(house.repos.has('audit')).toBe(false);
  });

  it('is forgotten after many others', async () => {
    const { state, box, rooms } = house;
    const orders = await openOrders({ state, box, rooms, onError: () => undefined, kept: 5 });
    const first = await orders.submit(PLACE, { op: 'delete-source', id: 'nobody' });
    for (let n = 0; n < 5; n++) await orders.submit(PLACE, { op: 'delete-source', id: 'nobody' });
    expect(await orders.get(first.id)).toBeUndefined();
    expect(await state.list('sources/order/')).toHaveLength(5);
  });
});
