import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout } from 'node:timers/promises';
import { NoAnswer } from '../../src/cli/api-client.ts';
import type { TestServer } from '../clients/server.ts';
import { ACCOUNT, apiOf, readLogFiles } from './house-keeping.ts';

/** A management event of the test server's account, about 1 kB. */
export function eventLine(eventID: string, eventSource = 'load.example.com', filler = 500): string {
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', userName: 'load', accountId: ACCOUNT },
    eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
    eventSource,
    eventName: 'DoIt',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    requestParameters: { filler: 'x'.repeat(filler) },
    responseElements: null,
    eventID,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
  });
}

/** Senders at work. */
export interface Load {
  /** Ids whose request was answered. */
  readonly acknowledged: ReadonlySet<string>;
  /** Requests that were answered with 503. */
  readonly refusals: () => number;
  stop(): Promise<void>;
}

/**
 * Sends batches of new events until `stop`; a batch that got no answer or a 503 is sent again, as clients do. At the end
 * the batches that are still unanswered are given up.
 */
export function startLoad(server: TestServer, senders: number, filler = 500): Load {
  const acknowledged = new Set<string>();
  let stopped = false;
  let refusals = 0;

  async function send(): Promise<void> {
    while (!stopped) {
      const batch = Array.from({ length: 1 + Math.floor(Math.random() * 30) }, () => randomUUID());
      const body = batch.map((id) => eventLine(id, 'load.example.com', filler)).join('\n');
      while (!stopped) {
        try {
          await apiOf(server).post('/v1/events', body);
          for (const id of batch) acknowledged.add(id);
          break;
        } catch (error) {
          const { status } = error as { status?: number };
          // Without its endpoint's file the server is between two lives.
          const isAway = error instanceof NoAnswer || (error as NodeJS.ErrnoException).code === 'ENOENT';
          if (!isAway && status !== 503) throw error;
          if (status === 503) refusals++;
          await setTimeout(20);
        }
      }
    }
  }

  const running = Promise.all(Array.from({ length: senders }, send));
  return {
    acknowledged,
    refusals: () => refusals,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/** The ids of all loaded events in a trail's files, in the order of keys; doubles show. */
export async function idsInFiles(
  server: TestServer,
  bucket: string,
  eventSource = 'load.example.com',
): Promise<string[]> {
  return [...(await readLogFiles(server, bucket)).values()]
    .flat()
    .map((text) => JSON.parse(text) as { eventID: string; eventSource: string })
    .filter((event) => event.eventSource === eventSource)
    .map(({ eventID }) => eventID);
}

/** The ids of all loaded events in the event history; doubles show. */
export async function idsInHistory(server: TestServer, eventSource = 'load.example.com'): Promise<string[]> {
  const exported = await apiOf(server).post(
    '/v1/export',
    JSON.stringify({ start: 0, end: Date.now() + 60_000 }),
  );
  const ids: string[] = [];
  // Line by line: after hundreds of rounds the whole is longer than a string may be.
  for await (const line of createInterface({ input: Readable.fromWeb(exported.body as ReadableStream) })) {
    if (line.includes(eventSource)) ids.push((JSON.parse(line) as { eventID: string }).eventID);
  }
  return ids;
}

/** What is in `wanted` and not in `found`. */
export function missing(wanted: Iterable<string>, found: Iterable<string>): string[] {
  const there = new Set(found);
  return [...wanted].filter((id) => !there.has(id));
}

/** What stands in the list more than once. */
export function doubles(list: readonly string[]): string[] {
  const seen = new Set<string>();
  return list.filter((id) => seen.has(id) || !seen.add(id));
}
