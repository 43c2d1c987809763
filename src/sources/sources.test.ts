import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLmdbState, type State } from '../state/index.ts';
import { logSource } from './log-source.fixture.ts';
import { policyUsers } from './policy-users.ts';
import { openSecretBox, type SecretBox } from './secret-box/index.ts';
import { openSources, type Sources } from './sources.ts';
import { openPolicies } from './stored-policies.ts';

let folder: string;
let state: State;
let box: SecretBox;
let sources: Sources;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
  state = openLmdbState(join(folder, 'state'));
  box = await openSecretBox({ path: join(folder, 'secrets.json') });
  sources = await openSources({ state, box });
});
afterEach(async () => {
  await state.close();
  await rm(folder, { recursive: true, force: true });
});

const SECRET = 'ahbaccdTeA9g5giYcr12+1mwD2VgWgwgbgwGDGhg';

describe('sources', () => {
  it('are there after a restart, and their secrets are for the connector only', async () => {
    await sources.put(logSource(), { secretAccessKey: SECRET, proxyPassword: 'pass word' });
    const again = await openSources({ state, box });
    expect(again.list()).toEqual([logSource()]);
    expect(await again.reveal(logSource())).toEqual({ secretAccessKey: SECRET, proxyPassword: 'pass word' });
  });

  it('leave no secret readable on disk', async () => {
    await sources.put(logSource(), { secretAccessKey: SECRET });
    await state.close();
    const files = await readdir(join(folder, 'state'));
    const bytes = await Promise.all(files.map((file) => readFile(join(folder, 'state', file), 'latin1')));
    expect(bytes.join('')).toContain('AKIDEXAMPLE');
    expect(bytes.join('')).not.toContain(SECRET);
    state = openLmdbState(join(folder, 'state'));
  });

  it('keep their secrets through an edit that gives none, and forget them when deleted', async () => {
    await sources.put(logSource(), { secretAccessKey: SECRET });
    await sources.put(logSource({ name: 'Updated' }));
    await sources.update(logSource().id, (source) => ({ ...source, paused: true }));
    expect(sources.find('Updated')?.paused).toBe(true);
    expect(await sources.reveal(logSource())).toEqual({ secretAccessKey: SECRET });
    expect(await sources.delete(logSource().id)).toBe(true);
    expect(await sources.delete(logSource().id)).toBe(false);
    expect(await sources.reveal(logSource())).toEqual({});
    await expect(sources.update(logSource().id, (source) => source)).rejects.toMatchObject({
      code: 'NotFound',
    });
  });

  it('refuse a name that another has, even at the same moment', async () => {
    const outcomes = await Promise.allSettled([
      sources.put(logSource({ id: 'a' })),
      sources.put(logSource({ id: 'b' })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await sources.put(logSource({ id: 'a' }));
  });

  it('tell of each change', async () => {
    const told: unknown[] = [];
    const stop = sources.onChange((id, source) => told.push([id, source?.name]));
    await sources.put(logSource({ id: 'a' }));
    await sources.delete('a');
    stop();
    await sources.put(logSource({ id: 'a' }));
    expect(told).toEqual([
      ['a', 'CloudTrail'],
      ['a', undefined],
    ]);
  });

  it('are sealed anew when the key is rotated', async () => {
    await sources.put(logSource(), { secretAccessKey: SECRET });
    await sources.put(logSource({ id: 'b', name: 'without' }));
    expect(await box.rotate(() => sources.reseal())).toBe(1);
    const again = await openSources({
      state,
      box: await openSecretBox({ path: join(folder, 'secrets.json') }),
    });
    expect(await again.reveal(logSource())).toEqual({ secretAccessKey: SECRET });
  });

  it('say what to do when the key file was lost, and stay usable otherwise', async () => {
    await sources.put(logSource(), { secretAccessKey: SECRET });
    const other = await openSources({
      state,
      box: await openSecretBox({ path: join(folder, 'other.json') }),
    });
    expect(other.list()).toHaveLength(1);
    await expect(other.reveal(logSource())).rejects.toThrow('set them again');
  });
});

describe('policies', () => {
  const open = () =>
    openPolicies({
      state,
      now: () => 5_000,
      usersOf: (kind, name) =>
        policyUsers(kind, name, { sources: sources.list(), routingPolicies: [], normalizationPolicies: [] }),
    });

  it('hold the repos that are always there, whose retention alone can change', async () => {
    const policies = await open();
    expect(policies.list('repo').map(({ name, builtIn }) => [name, builtIn])).toEqual([
      ['_logpoint', true],
      ['default', true],
    ]);
    const { id } = policies.find('repo', 'default')!;
    await policies.edit('repo', id, { name: 'default', paths: [{ path: 'data', retentionDays: 7 }] });
    expect((await open()).get('repo', id)).toMatchObject({ builtIn: true, paths: [{ retentionDays: 7 }] });
    await expect(policies.edit('repo', id, { name: 'x', paths: [] })).rejects.toMatchObject({
      code: 'InUse',
    });
    await expect(policies.delete('repo', id)).rejects.toMatchObject({ code: 'InUse' });
  });

  it('are made, edited and deleted, durably', async () => {
    const policies = await open();
    const made = await policies.create('normalization', {
      name: 'np',
      normalizers: [{ name: 'CloudTrailCompiledNormalizer', type: 'compiled' }],
    });
    expect(made).toMatchObject({ builtIn: false, createdAt: 5_000 });
    await expect(policies.create('normalization', { name: 'np', normalizers: [] })).rejects.toMatchObject({
      code: 'NameTaken',
    });
    await policies.edit('normalization', made.id, { name: 'np2', normalizers: [] });
    expect((await open()).find('normalization', 'np2')?.id).toBe(made.id);
    await policies.delete('normalization', made.id);
    expect((await open()).list('normalization')).toEqual([]);
    await expect(policies.delete('normalization', made.id)).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('of normalizers, cannot go while a source names them', async () => {
    const policies = await open();
    const { id } = await policies.create('normalizer', { name: 'team', mapping: { fields: [] } });
    await sources.put(logSource({ normalizers: [{ name: 'team', type: 'mapping' }] }));
    await expect(policies.delete('normalizer', id)).rejects.toThrow('used by log source CloudTrail');
    await sources.delete(logSource().id);
    await policies.delete('normalizer', id);
    expect((await open()).list('normalizer')).toEqual([]);
  });

  it('cannot go or be renamed while a source names them', async () => {
    const policies = await open();
    const { id } = await policies.create('repo', {
      name: 'audit',
      paths: [{ path: 'p', retentionDays: 30 }],
    });
    const routing_criterion = [{ type: 'KeyPresent', key: 'errorCode', repository: 'audit' }];
    await sources.put(
      logSource({ routing: { kind: 'inline', rules: { routing_criterion, catch_all: 'default' } } }),
    );
    await expect(policies.delete('repo', id)).rejects.toThrow('used by log source CloudTrail');
    const paths = [{ path: 'p', retentionDays: 31 }];
    await expect(policies.edit('repo', id, { name: 'other', paths })).rejects.toThrow('renamed');
    await policies.edit('repo', id, { name: 'audit', paths });
    await sources.delete(logSource().id);
    await policies.delete('repo', id);
  });
});
