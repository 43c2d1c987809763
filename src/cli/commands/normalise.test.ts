import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { runHere } from '../run.fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'opentrail-normalise-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const RECORD = {
  ...{ eventTime: '2026-11-01T10:00:00Z', eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' },
  userIdentity: { type: 'Root', accountId: '111122223333' },
};

function file(name: string, content: string | Buffer): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}

async function call(...argv: readonly string[]) {
  const { code, out, err } = await runHere(['normalise', ...argv], {
    env: {},
    now: () => Date.UTC(2026, 10, 2),
    sleep: async () => undefined,
  });
  const lines = out.split('\n').filter((line) => line !== '');
  return { code, views: lines.map((line) => JSON.parse(line) as Record<string, unknown>), err };
}

describe('opentrail normalise', () => {
  const gzipped = file('log.json.gz', gzipSync(JSON.stringify({ Records: [RECORD, RECORD] })));
  const lines = file('events.ndjson', `${JSON.stringify(RECORD)}\n`);

  test('shows log files and lines in each schema', async () => {
    const flat = await call(gzipped, lines);
    expect(flat).toMatchObject({ code: 0, err: '' });
    expect(flat.views).toHaveLength(3);
    expect(flat.views[0]).toMatchObject({ event_name: 'CreateUser', user: 'root' });
    expect((await call('--as', 'ecs', lines)).views[0]).toMatchObject({ user: { name: 'root' } });
    expect((await call('--as', 'ocsf', lines)).views[0]).toMatchObject({ class_uid: 3001 });
  });

  test("carries the record's own text if asked to", async () => {
    const { views } = await call('--as', 'ecs', '--raw', lines);
    expect(views[0]).toMatchObject({ event: { original: JSON.stringify(RECORD) } });
  });

  test('leaves out what is no record, and says so', async () => {
    const mixed = file('mixed.ndjson', `${JSON.stringify(RECORD)}\n5\nnot json\n`);
    const { code, views, err } = await call(mixed, join(root, 'missing.json'));
    expect(code).toBe(1);
    expect(views).toHaveLength(1);
    expect(err).toContain('2 records are no JSON objects');
    expect(err).toContain('missing.json');
  });

  test('shows records by a mapping of the operator, and names all that is wrong with one', async () => {
    const mapping = file(
      'team.json',
      JSON.stringify({ name: 'team', fields: [{ to: 'who.type', from: 'userIdentity.type' }] }),
    );
    expect((await call('--mapping', mapping, lines)).views).toEqual([{ who: { type: 'Root' } }]);
    const wrong = file('wrong.json', JSON.stringify({ fields: [{ to: 'a..b', from: 'x' }], more: 1 }));
    const { code, err } = await call('--mapping', wrong, lines);
    expect(code).toBe(1);
    expect(err).toMatch(/more is not known here.*fields\[0\]\.to must be names/);
    expect((await call('--mapping', join(root, 'missing.json'), lines)).err).toContain('cannot read');
  });

  test('refuses a schema that it does not know', async () => {
    expect(await call('--as', 'leef', lines)).toMatchObject({ code: 2 });
  });
});
