import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLmdbState } from '../state/index.ts';
import { events, useForwardHouse } from './forwards.fixture.ts';
import { resealForwards } from './index.ts';

const theHouse = useForwardHouse();

describe('hostile until proven', () => {
  test('an address that is not allowed is never connected to, by name or by number', async () => {
    const house = theHouse();
    await house.forwards.close();
    await house.open({ isAllowed: (address) => address !== '127.0.0.1' && address !== '::1' });
    const intake = await house.intakeOf();
    const { port } = new URL(intake.url);
    await house.add('number', 'http', `http://127.0.0.1:${port}`);
    await house.add('name', 'http', `http://localhost:${port}`);
    await house.add('log', 'syslog', `tcp://localhost:${port}`);
    house.feed.append(events(1));
    for (const name of ['number', 'name', 'log']) {
      const status = await house.settled(name, ({ retries }) => retries > 0);
      expect(status.lastError).toMatch(/leads to an address that nothing is sent to/);
    }
    expect(intake.received).toEqual([]);
  });

  test('an endless answer and a redirect are no way in', async () => {
    const house = theHouse();
    const endless = await house.intakeOf(() => ({ status: 200, body: 'x'.repeat(2 << 20) }));
    const redirect = await house.intakeOf(() => ({ status: 302, headers: { location: endless.url } }));
    await house.add('endless', 'http', endless.url);
    await house.add('redirect', 'http', redirect.url);
    house.feed.append(events(1));
    expect((await house.settled('endless', ({ retries }) => retries > 0)).lastError).toMatch(
      /longer than a megabyte/,
    );
    expect((await house.settled('redirect', ({ retries }) => retries > 0)).lastError).toMatch(/answered 302/);
  });

  test('secrets lie nowhere in plain text', async () => {
    const house = theHouse();
    await house.add('h', 'http', 'https://example.com', { secret: 'very-secret-value' });
    expect(JSON.stringify([house.forwards.list(), await house.forwards.status('h')])).not.toContain(
      'very-secret',
    );
    await house.forwards.close();
    await house.state.close();
    const files = readdirSync(join(house.dir, 'state'), { recursive: true, withFileTypes: true }).filter(
      (file) => file.isFile(),
    );
    for (const file of files) {
      expect(readFileSync(join(file.parentPath, file.name)).includes('very-secret-value'), file.name).toBe(
        false,
      );
    }
    house.state = openLmdbState(join(house.dir, 'state'));
    await house.open();
    expect(house.forwards.list()).toHaveLength(1);
  });

  test('a rotation of keys seals secrets anew, and they open after it', async () => {
    const house = theHouse();
    const intake = await house.intakeOf(({ headers }) => ({
      status: headers.authorization === 'Bearer key-1' ? 200 : 401,
    }));
    await house.add('h', 'http', intake.url);
    await house.forwards.close();
    let key = 'new';
    const box = {
      seal: (_place: string, text: string) => `${key}:${text}`,
      open: (_place: string, text: string) =>
        text.includes(':') ? text.slice(4) : Buffer.from(text, 'base64').toString(),
      isCurrent: (text: string) => text.startsWith('new:'),
    };
    expect(await resealForwards(house.state, box)).toBe(1);
    expect(await resealForwards(house.state, box)).toBe(0);
    key = 'gone';
    await house.open({ box });
    house.feed.append(events(1));
    await house.settled('h', ({ sent }) => sent === 1);
    await house.forwards.pause('h', true);
    expect(JSON.stringify(await house.state.list('forward/destination/'))).toContain('new:key-1');
  });

  test.each([
    [{}, ['name must be 1 to 64', 'kind must be one of', 'url must be an address']],
    [
      { name: '../x', kind: 'http', url: 'ftp://x' },
      ['name must be', 'url must be an address that begins with https:// or http://'],
    ],
    [{ name: 'x', kind: 'http', url: 'https://a:b@x' }, ['url must hold no user']],
    [{ name: 'x', kind: 'splunk', url: 'https://x' }, ['splunk needs a secret']],
    [{ name: 'x', kind: 'syslog', url: 'https://x' }, ['tls:// or tcp:// or udp://']],
    [{ name: 'x', kind: 'http', url: 'https://x', filter: 'usr:x' }, ['filter: there is no field "usr"']],
    [
      {
        name: 'x',
        kind: 'http',
        url: 'https://x',
        form: 'xml',
        feeds: ['all'],
        tags: 5,
        gzip: 1,
        secret: 'a\nb',
        foo: 1,
      },
      ['form must', 'feeds must', 'tags must', 'gzip must', 'secret must', '"foo" is not known'],
    ],
    [{ name: 'x', kind: 'http', url: 'https://x', giveUpAfter: 1e15 }, ['giveUpAfter must']],
  ])('refuses %j and names every fault', async (json, words) => {
    const house = theHouse();
    const error = await house.forwards.put(json).catch((thrown: unknown) => thrown);
    for (const word of words) expect(String(error)).toContain(word);
  });
});
