import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { type Feed, type Forwards, type Outgoing, openForwards } from '../forward/index.ts';
import type { Journal, JournalEvent } from '../journal/index.ts';
import { readRecordFields } from '../search/index.ts';
import type { CollectedRecord, CollectedStore } from '../sources/collect/index.ts';
import { CLOUDTRAIL_TAG, NORMAL_PRIORITY_SERVICES, serviceOf } from '../sources/route/index.ts';
import type { State } from '../state/index.ts';
import { isAllowedAddress } from '../topics/index.ts';
import { applyFileForwards } from './file-forwards.ts';
import { answerForwards } from './forwards-api.ts';
import type { OwnPath } from './listener.ts';
import type { Metrics } from './metrics.ts';
import type { OpenedSources } from './open-sources.ts';
import { Question } from './question.ts';
import { openRepoCopies } from './repo-copies.ts';
import { answerRepos } from './repos-api.ts';
import type { HouseViews } from './views.ts';

const MAX_QUESTION = 1 << 20;

/** The forwards at work. */
export interface OpenedForwards {
  readonly paths: ReadonlyMap<string, OwnPath>;
  /** The journal as its trimmer may see it: what a destination still needs stays, up to the bound. */
  holdJournal(journal: Journal): Journal;
  register(metrics: Metrics): void;
  close(): Promise<void>;
}

/** Opens the destinations, fed by the log of collected records and by the journal of recorded events. */
export async function openForwardRoom(
  config: Config,
  house: {
    /** The data directory. */
    readonly path: string;
    readonly state: State;
    readonly sources: Pick<OpenedSources, 'box' | 'views' | 'policies' | 'repos' | 'useCopyTargets'>;
    readonly collected: CollectedStore;
    readonly journal: Journal;
    readonly now: () => number;
    readonly log: Logger;
  },
): Promise<OpenedForwards> {
  const { collected, journal, now } = house;
  const { box, views, policies, repos } = house.sources;
  const copies = openRepoCopies(policies);
  const log = house.log.child({ room: 'forward' });
  const forwards = await openForwards({
    state: house.state,
    box,
    path: join(house.path, 'dead-letters'),
    feeds: [collectedFeed(collected), recordedFeed(journal)],
    isAllowed: (address) => isAllowedAddress(address, config.allowPrivateForwards),
    now,
    random: Math.random,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    form: (event, form) => formOf(event, form, views),
    copies: copies.takes,
    forms: () => ['raw', ...views.names()],
    onError: (what, error) => log.warn({ err: error }, what),
  });
  views.addUsers((name) =>
    forwards.list().flatMap((one) => (one.form === name ? [`forward ${one.name}`] : [])),
  );
  house.sources.useCopyTargets((name) => forwards.list().some((one) => one.name === name && one.copies));
  await applyFileForwards(config.forwards ?? [], forwards, process.env);
  const release = collected.hold('forwards', () =>
    Math.min(forwards.heldFrom('collected'), collected.head()),
  );
  const maxHeld = config.journalMaxBytes / 4;
  return {
    paths: new Map([
      [
        '/v1/admin/forwards',
        {
          scope: 'admin',
          maxBody: MAX_QUESTION,
          answer: (own) =>
            answerForwards(new Question(own.body), own, config.accountId, { forwards, copies }),
        },
      ],
      [
        '/v1/admin/repos',
        {
          scope: 'admin',
          maxBody: MAX_QUESTION,
          answer: (own) =>
            answerRepos(new Question(own.body), own, config.accountId, { repos, forwards, copies }),
        },
      ],
    ]),
    holdJournal: (whole) => ({
      append: (events) => whole.append(events),
      head: () => whole.head(),
      tail: () => whole.tail(),
      read: (from, limits) => whole.read(from, limits),
      trim(before) {
        const held = whole.head().bytes - whole.tail().bytes <= maxHeld;
        return whole.trim(held ? Math.min(before, forwards.heldFrom('recorded')) : before);
      },
      onAppend: (listener) => whole.onAppend(listener),
      size: () => whole.size(),
      close: () => whole.close(),
    }),
    register: (metrics) => {
      register(metrics, forwards);
      copies.register(metrics, forwards);
    },
    async close() {
      release();
      await forwards.close();
    },
  };
}

function collectedFeed(log: CollectedStore): Feed {
  return {
    name: 'collected',
    head: () => log.head(),
    tail: () => log.tail(),
    onAppend: (listener) => log.onAppend(listener),
    async read(from, limits) {
      const range = await log.read(from, limits);
      return { from: range.from, next: range.next, events: range.records.map(ofCollected) };
    },
  };
}

function ofCollected(record: CollectedRecord): Outgoing {
  const { fields, eventId, time, arrivedAt, sourceId, bucket, key, raw } = record;
  const { tags, priority, repo, rule, enrichment } = record;
  const { account, region, source, name, errorCode } = fields;
  return {
    ...{ id: eventId, time, arrived: arrivedAt, account, region, source, name, error: errorCode },
    ...{ tags, priority, repo, rule, enrichment, from: sourceId, file: `${bucket}/${key}` },
    raw: oneLine(raw.toString('utf8')),
  };
}

function recordedFeed(journal: Journal): Feed {
  return {
    name: 'recorded',
    head: () => journal.head().seq,
    tail: () => journal.tail().seq,
    onAppend: (listener) => journal.onAppend(listener),
    async read(from, limits) {
      const range = await journal.read(from, limits);
      return { from: range.from.seq, next: range.next.seq, events: range.events.map(ofRecorded) };
    },
  };
}

function ofRecorded(event: JournalEvent): Outgoing {
  const raw = event.raw.toString('utf8');
  const { source, name, error } = readRecordFields(parse(raw));
  const priority = NORMAL_PRIORITY_SERVICES.includes(serviceOf(source)) ? 'normal' : 'low';
  return {
    ...{ id: event.eventId, time: event.time, arrived: event.acceptedAt },
    ...{ account: event.account, region: event.region, source, name, error },
    ...{ tags: [CLOUDTRAIL_TAG], priority, repo: 'history', rule: '', enrichment: {}, from: '', file: '' },
    raw,
  };
}

/** The record in the form that a destination asked for. */
function formOf(event: Outgoing, form: string, views: HouseViews): string {
  if (form === 'raw') return event.raw;
  const view = views.find(form, event.from);
  // Nothing is sent, and nothing lost, until the normalizer is there again.
  if (!view) throw new Error(`the normalizer ${form} cannot be read`);
  return JSON.stringify(
    view(parse(event.raw), {
      arrivedAt: event.arrived,
      raw: event.raw,
      enriched: new Map(Object.entries(event.enrichment)),
      tags: event.tags,
      ...(event.priority !== '' && { priority: event.priority }),
      ...(event.repo !== '' && { repo: event.repo }),
      ...(event.rule !== '' && { rule: event.rule }),
    }),
  );
}

/** Within JSON a line break stands between tokens only. */
function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ') : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function register({ gauge }: Metrics, forwards: Forwards): void {
  const each = async (
    read: (name: string, status: NonNullable<Awaited<ReturnType<Forwards['status']>>>) => void,
  ) => {
    for (const { name } of forwards.list()) {
      const status = await forwards.status(name);
      if (status) read(name, status);
    }
  };
  const counter = (name: string, help: string, value: 'sent' | 'filtered' | 'retries' | 'dead' | 'behind') =>
    gauge(name, help, (g) => each((forward, status) => g.set({ forward }, status[value])), ['forward']);
  counter('opentrail_forward_sent_total', 'Events that an intake has taken, since start', 'sent');
  counter('opentrail_forward_filtered_total', 'Events that did not fit a filter, since start', 'filtered');
  counter(
    'opentrail_forward_retries_total',
    'Attempts that failed and were repeated, since start',
    'retries',
  );
  counter('opentrail_forward_dead_total', 'Events that became dead letters, since start', 'dead');
  counter('opentrail_forward_behind_events', 'Events that a destination has not been sent yet', 'behind');
  gauge(
    'opentrail_forward_dead_letters',
    'Dead letters that lie there',
    (g) => each((forward, { deadLetters }) => g.set({ forward }, deadLetters.events)),
    ['forward'],
  );
  gauge(
    'opentrail_forward_lost_total',
    'Events that a destination will not get, since start',
    (g) =>
      each((forward, { lost }) => {
        for (const [reason, count] of lost) g.set({ forward, reason }, count);
      }),
    ['forward', 'reason'],
  );
}
