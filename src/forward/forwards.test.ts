import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { event, events, useForwardHouse } from './forwards.fixture.ts';
import type { Intake, Reply } from './intake.fixture.ts';

const theHouse = useForwardHouse();

describe('nothing is lost on the way', () => {
  const seen = (intake: Intake) => intake.received.flatMap(({ body }) => body.split('\n').filter(Boolean));

  test('an intake that throttles, fails and breaks off gets every event, in order', async () => {
    const house = theHouse();
    const answers: (Reply | 'break')[] = [
      { status: 503 },
      'break',
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 500 },
    ];
    const taken: string[] = [];
    const intake = await house.intakeOf(({ body }) => {
      const answer = answers.shift();
      if (answer === 'break') throw new Error('broken');
      if (answer) return answer;
      taken.push(...body.split('\n').filter(Boolean));
      return { status: 200 };
    });
    await house.add('h', 'http', intake.url);
    house.feed.append(events(30));
    const status = await house.settled('h', ({ sent, state: how }) => sent === 30 && how === 'idle');
    expect(taken).toEqual(events(30).map(({ raw }) => raw));
    expect(status).toMatchObject({ retries: 4, dead: 0, state: 'idle' });
  });

  test('one event that the intake refuses takes no other with it', async () => {
    const house = theHouse();
    const taken: string[] = [];
    const intake = await house.intakeOf(({ body }) => {
      if (body.includes('"id-5"')) return { status: 400, body: 'bad event' };
      taken.push(...body.split('\n').filter(Boolean));
      return { status: 200 };
    });
    await house.add('h', 'http', intake.url);
    house.feed.append(events(16));
    const status = await house.settled('h', ({ sent, dead }) => sent + dead === 16);
    expect(status).toMatchObject({ sent: 15, dead: 1, lastError: 'the intake answered 400: bad event' });
    expect(taken.sort()).toEqual(
      events(16)
        .filter(({ id }) => id !== 'id-5')
        .map(({ raw }) => raw)
        .sort(),
    );
  });

  test('dead letters go again when asked, and are gone then', async () => {
    const house = theHouse();
    let isBroken = true;
    const intake = await house.intakeOf(() => ({ status: isBroken ? 422 : 200 }));
    await house.add('h', 'http', intake.url);
    house.feed.append(events(3));
    await house.settled('h', ({ dead }) => dead === 3);
    expect(readdirSync(join(house.dir, 'dead', 'h'))).toHaveLength(3);
    isBroken = false;
    intake.received.length = 0;
    expect(await house.forwards.retry('h')).toBe(3);
    await house.settled('h', ({ deadLetters }) => deadLetters.events === 0);
    expect(seen(intake).sort()).toEqual(events(3).map(({ raw }) => raw));
    expect(await house.forwards.retry('nobody')).toBeUndefined();
  });

  test('an intake that never recovers: after its time the events are dead letters, bounded', async () => {
    const house = theHouse();
    await house.forwards.close();
    await house.open({ maxDeadBytes: 3000 });
    const intake = await house.intakeOf(() => ({ status: 503 }));
    await house.add('h', 'http', intake.url, { giveUpAfter: 0 });
    for (let at = 0; at < 10; at++) {
      house.feed.append([event(at)]);
      await house.settled('h', ({ dead }) => dead === at + 1);
    }
    const status = await house.settled('h', ({ behind }) => behind === 0);
    expect(status.deadLetters.bytes).toBeLessThanOrEqual(3000);
    expect(status.deadLetters.events + (status.lost.get('dead-letter-bound') ?? 0)).toBe(10);
  });

  test('a wrong key gives nothing up: it waits until the key is right', async () => {
    const house = theHouse();
    const taken: string[] = [];
    const intake = await house.intakeOf(({ headers, body }) => {
      if (headers.authorization !== 'Bearer right') return { status: 401 };
      taken.push(...body.split('\n').filter(Boolean));
      return { status: 200 };
    });
    await house.add('h', 'http', intake.url, { giveUpAfter: 0 });
    house.feed.append(events(4));
    await house.settled('h', ({ retries, state: how }) => retries >= 2 && how === 'failing');
    await house.add('h', 'http', intake.url, { secret: 'right' });
    const status = await house.settled('h', ({ sent }) => sent === 4);
    expect(status.dead).toBe(0);
    expect(taken).toEqual(events(4).map(({ raw }) => raw));
  });

  test('a restart goes on where it stood, and sends what was under way again', async () => {
    const house = theHouse();
    let isDown = false;
    const intake = await house.intakeOf(() => {
      if (isDown) throw new Error('down');
      return { status: 200 };
    });
    await house.add('h', 'http', intake.url);
    house.feed.append(events(5));
    await house.settled('h', ({ sent, behind }) => sent === 5 && behind === 0);
    isDown = true;
    house.feed.append(events(5, 5));
    await house.settled('h', ({ retries }) => retries > 0);
    await house.forwards.close();
    isDown = false;
    await house.open();
    await house.settled('h', ({ sent }) => sent === 5);
    expect(seen(intake)).toEqual(events(10).map(({ raw }) => raw));
  });

  test('a slow destination holds only itself; a feed that was trimmed meanwhile is counted', async () => {
    const house = theHouse();
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached = () => {};
    const isReached = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const slow = await house.intakeOf(async () => {
      reached();
      await gate;
      return { status: 200 };
    });
    const fast = await house.intakeOf();
    await house.add('slow', 'http', slow.url);
    await house.add('fast', 'http', fast.url);
    house.feed.append(events(3));
    await isReached;
    await house.settled('fast', ({ sent }) => sent === 3);
    house.feed.append(events(3, 3));
    await house.settled('fast', ({ sent }) => sent === 6);
    expect(await house.forwards.status('slow')).toMatchObject({ sent: 0, behind: 6 });
    expect(house.forwards.heldFrom('collected')).toBe(0);
    house.feed.first = 5;
    release();
    const status = await house.settled('slow', ({ behind }) => behind === 0);
    expect(status.sent).toBe(4);
    expect(status.lost.get('feed-trimmed')).toBe(2);
  });

  test('a destination begins with what comes after it, or with what is there if asked', async () => {
    const house = theHouse();
    house.feed.append(events(3));
    const [a, b] = [await house.intakeOf(), await house.intakeOf()];
    await house.add('new', 'http', a.url);
    await house.add('all', 'http', b.url, { fromStart: true });
    house.feed.append(events(1, 3));
    await house.settled('new', ({ sent }) => sent === 1);
    await house.settled('all', ({ sent }) => sent === 4);
  });

  test('paused it stays still, then goes on', async () => {
    const house = theHouse();
    const intake = await house.intakeOf();
    await house.add('h', 'http', intake.url, { paused: true });
    house.feed.append(events(2));
    expect(await house.forwards.status('h')).toMatchObject({ state: 'paused', behind: 2 });
    await house.forwards.pause('h', false);
    await house.settled('h', ({ sent }) => sent === 2);
    expect(await house.forwards.remove('h')).toBe(true);
    expect(await house.forwards.remove('h')).toBe(false);
    expect(await house.state.list('forward/')).toEqual([]);
  });
});
