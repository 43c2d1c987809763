import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { EventCategory } from '../event/index.ts';
import type { EventStore, FoundEvent, LookupAttribute, LookupAttributeKey } from '../store/index.ts';
import type { OwnCall } from './access.ts';
import { HttpError } from './http-error.ts';
import type { Question } from './question.ts';

const ATTRIBUTES: ReadonlySet<string> = new Set<LookupAttributeKey>([
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
]);
const CATEGORIES: ReadonlySet<string> = new Set<EventCategory>([
  'Management',
  'Data',
  'NetworkActivity',
  'Insight',
]);

interface Search {
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
  readonly attributes?: readonly LookupAttribute[];
  readonly categories?: readonly EventCategory[];
  readonly start: number;
  readonly end: number;
}

/** What a search may reach. */
export interface SearchScope {
  readonly store: EventStore;
  readonly now: () => number;
  readonly historyDays: number;
  /** Accounts whose events this caller may read. */
  readonly readable: (own: OwnCall) => readonly string[] | 'any';
}

/** Reads the members that lookup and export share. @throws HttpError 400, 403 */
function readSearch(question: Question, own: OwnCall, scope: SearchScope): Search {
  const now = scope.now();
  const oldest = now - scope.historyDays * 86_400_000;
  const start = Math.max(question.number('start') ?? oldest, oldest);
  const end = question.number('end') ?? now + 86_400_000;
  if (start > end) throw new HttpError(400, 'InvalidTimeRange', 'start must not be after end');
  const regions = nonEmpty(question.texts('regions'));
  const attributes = nonEmpty(question.list('attributes')?.map(readAttribute));
  const accounts = readAccounts(nonEmpty(question.texts('accounts')), own, scope);
  const categories = nonEmpty(question.texts('categories')?.map(readCategory));
  return {
    ...(accounts && { accounts }),
    ...(regions && { regions }),
    ...(attributes && { attributes }),
    ...(categories && { categories }),
    start,
    end,
  };
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list && list.length > 0 ? list : undefined;
}

function readAttribute(value: unknown): LookupAttribute {
  const { key, value: wanted } = (value ?? {}) as { key?: unknown; value?: unknown };
  if (typeof key !== 'string' || !ATTRIBUTES.has(key) || typeof wanted !== 'string') {
    throw new HttpError(
      400,
      'InvalidLookupAttributes',
      `attributes take {"key","value"} with key one of ${[...ATTRIBUTES].join(', ')}`,
    );
  }
  return { key: key as LookupAttributeKey, value: wanted };
}

function readCategory(value: string): EventCategory {
  if (!CATEGORIES.has(value)) {
    throw new HttpError(
      400,
      'InvalidEventCategory',
      `category ${JSON.stringify(value)} is not one of ${[...CATEGORIES].join(', ')}`,
    );
  }
  return value as EventCategory;
}

/** Undefined stands for all accounts in the store. */
function readAccounts(
  wanted: readonly string[] | undefined,
  own: OwnCall,
  scope: SearchScope,
): readonly string[] | undefined {
  const readable = scope.readable(own);
  if (readable === 'any') return wanted;
  const refused = wanted?.find((account) => !readable.includes(account));
  if (refused !== undefined)
    throw new HttpError(403, 'AccessDenied', `you may not read events of account ${refused}`);
  return wanted ?? readable;
}

/** `POST /v1/lookup`: NDJSON, newest first, without a page limit. */
export async function serveLookup(
  res: ServerResponse,
  question: Question,
  own: OwnCall,
  scope: SearchScope,
): Promise<void> {
  const search = readSearch(question, own, scope);
  const limit = question.number('limit') ?? Number.POSITIVE_INFINITY;
  await stream(res, first(limit, scope.store.scan(search)), (event) => {
    const { account, region, eventId, time, category, raw } = event;
    return JSON.stringify({ account, region, eventId, time, category, record: raw });
  });
}

/** `POST /v1/export`: the records' own bytes, one a line, oldest first. */
export async function serveExport(
  res: ServerResponse,
  question: Question,
  own: OwnCall,
  scope: SearchScope,
): Promise<void> {
  const search = readSearch(question, own, scope);
  await stream(res, scope.store.scan({ ...search, order: 'ascending' }), (event) => event.raw);
}

async function* first(
  limit: number,
  pages: AsyncIterable<readonly FoundEvent[]>,
): AsyncGenerator<readonly FoundEvent[]> {
  let left = limit;
  if (left <= 0) return;
  for await (const page of pages) {
    yield page.slice(0, left);
    left -= page.length;
    if (left <= 0) return;
  }
}

/** Writes page by page at the pace of the reader; a failure in the middle breaks the connection, so that it is seen. */
async function stream(
  res: ServerResponse,
  found: AsyncIterable<readonly FoundEvent[]>,
  line: (event: FoundEvent) => string,
): Promise<void> {
  try {
    for await (const page of found) {
      if (!res.headersSent) res.writeHead(200, { 'content-type': 'application/x-ndjson' });
      if (res.destroyed) return;
      const text = page.map((event) => `${line(event)}\n`).join('');
      if (text !== '' && !res.write(text)) await once(res, 'drain');
    }
    if (!res.headersSent) res.writeHead(200, { 'content-type': 'application/x-ndjson' });
    res.end();
  } catch (error) {
    if (res.headersSent) res.destroy();
    throw error;
  }
}
