import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OwnCall } from './access.ts';
import { Question } from './question.ts';
import { openRepoCopies, type RepoCopies } from './repo-copies.ts';
import { answerRepos, type ReposRooms } from './repos-api.ts';
import { type ApiHouse, openApiHouse } from './sources-api/house.fixture.ts';

let house: ApiHouse;
let copies: RepoCopies;

const paths = [{ path: 'data', retentionDays: 30 }];

beforeAll(async () => {
  house = await openApiHouse();
  const { policies } = house.rooms;
  copies = openRepoCopies(policies);
  await policies.create('repo', { name: 'security', paths, remote: 'dr' });
  await policies.create('repo', { name: 'lost', paths, remote: 'gone' });
});
afterAll(() => house.dispose());

function ask(question: object, account = '111111111111'): Promise<unknown> {
  const rooms = {
    repos: {
      list: async () =>
        ['default', 'lost', 'security'].map((name) => ({ name, retentionDays: 30, rows: 5, bytes: 10 })),
    },
    forwards: {
      list: () => [{ name: 'dr', copies: true }],
      status: async () => ({ state: 'idle', sent: 3, lost: new Map([['no-text', 1]]) }),
    },
    copies,
  } as unknown as ReposRooms;
  const body = new Question(Buffer.from(JSON.stringify(question)));
  return answerRepos(body, { account } as OwnCall, '111111111111', rooms);
}

describe('the list of repositories', () => {
  test('shows each with its copy, and a copy that nobody makes', async () => {
    const size = { retentionDays: 30, rows: 5, bytes: 10 };
    expect(await ask({ op: 'list' })).toEqual({
      repos: [
        { name: 'default', ...size },
        {
          ...{ name: 'lost', ...size },
          copy: { to: 'gone', state: 'missing', lastError: 'there is no destination gone for copies' },
        },
        { name: 'security', ...size, copy: { to: 'dr', state: 'idle', sent: 3, lost: { 'no-text': 1 } } },
      ],
    });
  });

  test('is for the main account, and nothing else can be asked', async () => {
    await expect(ask({ op: 'list' }, '222222222222')).rejects.toMatchObject({ status: 403 });
    await expect(ask({ op: 'drop' })).rejects.toMatchObject({ status: 400 });
  });
});

test('which repositories are copied follows what they say', async () => {
  const { policies } = house.rooms;
  expect(copies.takes('dr', 'security')).toBe(true);
  expect(copies.takes('dr', 'default')).toBe(false);
  expect(copies.reposOf('dr')).toEqual(['security']);
  const { id } = policies.find('repo', 'default')!;
  await policies.edit('repo', id, { name: 'default', paths, remote: 'dr' });
  expect(copies.reposOf('dr')).toEqual(['default', 'security']);
  await policies.edit('repo', id, { name: 'default', paths });
  expect(copies.takes('dr', 'default')).toBe(false);
});
