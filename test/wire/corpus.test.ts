import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PutEventSelectorsCommand, PutInsightSelectorsCommand } from '@aws-sdk/client-cloudtrail';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from '../clients/server.ts';
import { apiOf, cloudTrailOf, makeTrail, readLogFiles } from '../fault/house-keeping.ts';

const CORPUS = join(import.meta.dirname, '..', '..', '..', 'shared', 'corpus', 'events.ndjson.gz');
const present = existsSync(CORPUS);
if (!present) console.warn(`SKIPPED: the real events are not at ${CORPUS}`);

interface Outcome {
  readonly status: string;
  readonly eventID?: string;
  readonly reason?: string;
}

describe.skipIf(!present)('the corpus of real events', () => {
  let server: TestServer;
  const lines = present ? gunzipSync(readFileSync(CORPUS)).toString().trimEnd().split('\n') : [];
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    server = await TestServer.start({ flags: ['--accounts', 'any', '--history-days', '5000'] });
    await makeTrail(server, 'everything');
    await takeEverything(server, 'everything');
    for (let at = 0; at < lines.length; at += 500) {
      const answer = await apiOf(server).post('/v1/events', lines.slice(at, at + 500).join('\n'));
      outcomes.push(...((await answer.json()) as { records: Outcome[] }).records);
    }
    await apiOf(server).call('/v1/flush', {});
  });
  afterAll(() => server?.dispose());

  it('is accounted for, record by record', () => {
    expect(outcomes).toHaveLength(lines.length);
    const counts = new Map<string, number>();
    for (const { status, reason } of outcomes) {
      const name = reason ? `${status}: ${reason}` : status;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    console.log('corpus:', Object.fromEntries(counts));
    expect(outcomes.filter(({ status }) => status === 'duplicate')).toEqual([]);
    expect(outcomes.filter(({ status, reason }) => status === 'refused' && !reason)).toEqual([]);
    // Documentation samples with example account ids or no source are all that may be turned away.
    expect(outcomes.filter(({ status }) => status === 'refused').length).toBeLessThan(lines.length / 100);
  });

  it('stands in exactly one log file, to the byte where nothing had to be filled in', async () => {
    const files = await readLogFiles(server, 'everything');
    const delivered = new Map<string, string[]>();
    for (const text of [...files.values()].flat()) {
      const name = nameOf(text);
      delivered.set(name, [...(delivered.get(name) ?? []), text]);
    }
    const wrong: string[] = [];
    lines.forEach((line, index) => {
      const { status, eventID } = outcomes[index]!;
      if (status !== 'accepted') return;
      const copies = delivered.get(nameOf(line, eventID)) ?? [];
      if (copies.length !== 1)
        wrong.push(`${eventID} stands in ${copies.length} files: ${line.slice(0, 300)}`);
      else if (!sameRecord(line, copies[0]!)) wrong.push(`${eventID} was bent: ${line} -> ${copies[0]}`);
    });
    expect(wrong.length, wrong.slice(0, 3).join('\n')).toBe(0);
  });

  it('is found again by event id, all of it', async () => {
    const wanted = new Set<string>();
    outcomes.forEach(({ status, eventID }, index) => {
      if (status === 'accepted') wanted.add(nameOf(lines[index]!, eventID));
    });
    const answer = await apiOf(server).post('/v1/export', JSON.stringify({ start: 0, end: Date.now() }));
    const exported = new Map<string, string>();
    for (const line of (await answer.text()).trimEnd().split('\n')) {
      exported.set(nameOf(line), line);
    }
    expect([...wanted].filter((id) => !exported.has(id))).toEqual([]);
    lines.forEach((line, index) => {
      const { status, eventID } = outcomes[index]!;
      if (status === 'accepted' && !sameRecord(line, exported.get(nameOf(line, eventID))!))
        throw new Error(`bent: ${line}`);
    });
    for (const name of [...wanted].filter((_name, index) => index % 97 === 0)) {
      const eventID = name.split(' ')[1]!;
      if (eventID.endsWith('-EXAMPLE')) continue;
      const question = { attributes: [{ key: 'EventId', value: eventID }] };
      const found = await (await apiOf(server).post('/v1/lookup', JSON.stringify(question))).text();
      expect(found.trimEnd().split('\n'), eventID).toHaveLength(1);
      expect((JSON.parse(found) as { eventId: string }).eventId).toBe(eventID);
    }
  });

  it('goes in by the command line alone, all of it', async () => {
    const other = await TestServer.start({ flags: ['--accounts', 'any', '--history-days', '5000'] });
    try {
      const command = join(import.meta.dirname, '..', '..', 'bin', 'opentrail.js');
      const text = execFileSync(process.execPath, [command, 'ingest', '--allow-refused', CORPUS], {
        env: { ...other.env, OPENTRAIL_DATA_DIR: other.dataDir },
        encoding: 'utf8',
      });
      const accepted = outcomes.filter(({ status }) => status === 'accepted').length;
      expect(text).toContain(
        `${lines.length} read, ${accepted} accepted, 0 duplicate, ${lines.length - accepted} refused`,
      );
    } finally {
      await other.dispose();
    }
  });

  it('goes in by the command line too, and is then all duplicates', () => {
    const command = join(import.meta.dirname, '..', '..', 'bin', 'opentrail.js');
    const text = execFileSync(process.execPath, [command, 'ingest', '--allow-refused', CORPUS], {
      env: { ...server.env, OPENTRAIL_DATA_DIR: server.dataDir },
      encoding: 'utf8',
    });
    const accepted = outcomes.filter(({ status }) => status === 'accepted').length;
    const withoutId = lines.filter((line) => !(JSON.parse(line) as { eventID?: string }).eventID).length;
    expect(text).toContain(`${lines.length} read`);
    // A record without an eventID is a new event each time.
    expect(text).toContain(`${accepted - withoutId} duplicate`);
  });
});

/** An event's name: sample records of several accounts share an eventID. */
function nameOf(record: string, filledIn?: string): string {
  const { recipientAccountId, userIdentity, eventID } = JSON.parse(record) as {
    recipientAccountId?: string;
    userIdentity?: { accountId?: string };
    eventID?: string;
  };
  return `${recipientAccountId ?? userIdentity?.accountId} ${eventID ?? filledIn}`;
}

/** Equal to the byte; or, where something was filled in, deeply equal in everything that came in. */
function sameRecord(sent: string, kept: string): boolean {
  if (sent === kept) return true;
  if (!kept.startsWith(sent.slice(0, -1))) return false;
  const before = JSON.parse(sent) as Record<string, unknown>;
  const after = JSON.parse(kept) as Record<string, unknown>;
  return Object.entries(before).every(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(after[name]),
  );
}

/** Advanced selectors for every category and every kind of data event that stands in the corpus, and insights. */
async function takeEverything(server: TestServer, trail: string): Promise<void> {
  const select = (fields: Readonly<Record<string, string>>) => ({
    FieldSelectors: Object.entries(fields).map(([Field, value]) => ({ Field, Equals: [value] })),
  });
  const client = cloudTrailOf(server);
  await client.send(
    new PutEventSelectorsCommand({
      TrailName: trail,
      AdvancedEventSelectors: [
        select({ eventCategory: 'Management' }),
        select({ eventCategory: 'Data', 'resources.type': 'AWS::S3::Object' }),
        select({ eventCategory: 'Data', 'resources.type': 'AWS::Cognito::IdentityPool' }),
        select({ eventCategory: 'NetworkActivity', eventSource: 'kms.amazonaws.com' }),
      ],
    }),
  );
  await client.send(
    new PutInsightSelectorsCommand({
      TrailName: trail,
      InsightSelectors: [{ InsightType: 'ApiCallRateInsight' }],
    }),
  );
}
