import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyWith, type Json } from '../../sources/form/wrong-bodies.fixture.ts';
import { applyFileSources } from './file-sources.ts';
import { type ApiHouse, openApiHouse } from './house.fixture.ts';
import { deleteSource, editSource } from './log-sources.ts';
import { openOrders } from './orders.ts';

let house: ApiHouse;
beforeEach(async () => {
  house = await openApiHouse();
});
afterEach(() => house.dispose());

const entry = (secret: unknown, changes: Json = {}) =>
  bodyWith({ 'config.Connector.secret_key': secret, ...changes }).data;
const applied = (...entries: unknown[]) =>
  applyFileSources(entries, house.rooms, {
    env: { KEY: 'from-the-environment' },
    log: pino({ level: 'silent' }),
  });

describe('the sources of a config file', () => {
  it('are made at the first start and changed at the next, by their name', async () => {
    await applied(entry({ env: 'KEY' }));
    const [made] = house.rooms.sources.list();
    expect(made).toMatchObject({ name: 'CloudTrail', origin: 'file' });
    expect(await house.rooms.sources.reveal(made!)).toEqual({ secretAccessKey: 'from-the-environment' });
    await applied(entry({ env: 'KEY' }, { 'config.Source.interval': 5 }));
    const [changed] = house.rooms.sources.list();
    expect(changed).toMatchObject({ id: made!.id, fetch: { intervalMinutes: 5 } });
  });

  it('take a secret from a file of its own', async () => {
    const file = join(house.folder, 'secret');
    writeFileSync(file, 'from-a-file\n');
    await applied(entry({ file }));
    const [made] = house.rooms.sources.list();
    expect(await house.rooms.sources.reveal(made!)).toEqual({ secretAccessKey: 'from-a-file' });
  });

  it('are not changed by the API', async () => {
    await applied(entry({ env: 'KEY' }));
    const { id } = house.rooms.sources.list()[0]!;
    const { state, box, rooms } = house;
    const orders = await openOrders({ state, box, rooms, onError: () => undefined });
    const place = { pool: 'p', logpoint: 'l' };
    await expect(editSource(id, entry('x'), place, false, rooms, orders)).rejects.toMatchObject({
      status: 409,
    });
    await expect(deleteSource(id, place, rooms, orders)).rejects.toMatchObject({ code: 'FromFile' });
  });

  it('go on as sources of the API when the file no longer names them', async () => {
    await applied(entry({ env: 'KEY' }));
    await applied();
    expect(house.rooms.sources.list()).toMatchObject([{ name: 'CloudTrail', origin: 'api' }]);
  });

  it('stop the start with all that is wrong, and change nothing', async () => {
    const wrong = applied(
      entry('a secret in the file'),
      entry({ env: 'NOT_SET' }, { name: 'two', 'config.Source.charset': 'klingon' }),
      entry({ file: '/no/such/file' }, { name: 'two' }),
      7,
    );
    const error = await wrong.catch((reason: Error) => reason);
    const { message } = error as Error;
    expect(message).toContain('sources[0].config.Connector.secret_key must be {"env": NAME}');
    expect(message).not.toContain('a secret in the file');
    expect(message).toContain('NOT_SET');
    expect(message).toContain('sources[1].config.Source.charset');
    expect(message).toContain('sources[2].config.Connector.secret_key cannot be read');
    expect(message).toContain('sources[3].data must be an object');
    expect(house.rooms.sources.list()).toEqual([]);
  });

  it('must not share a name', async () => {
    await expect(applied(entry({ env: 'KEY' }), entry({ env: 'KEY' }))).rejects.toThrow('two entries named');
  });
});
