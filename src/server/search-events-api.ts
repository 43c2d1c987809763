import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import {
  type Count,
  type FoundRecord,
  type Searcher,
  SearchRefused,
  type SearchRequest,
  type Step,
} from '../repos/index.ts';
import { type Field, findField, parseQuery, type Query, QueryError } from '../search/index.ts';
import type { OwnCall } from './access.ts';
import { followSearch } from './follow-search.ts';
import { HttpError } from './http-error.ts';
import type { Question } from './question.ts';
import { recordWriter } from './search-lines.ts';
import type { HouseViews } from './views.ts';

const DAY = 86_400_000;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000_000;
const MAX_COUNTS = 10_000;
const MAX_COUNT_FIELDS = 8;
const MAX_STEPS = 1000;
const MAX_FOLLOWED_LIMIT = 10_000;
const MAX_FOLLOWERS = 16;
const LAST_MOMENT = 8_640_000_000_000_000;

/** What a search by `POST /v1/search` may reach. */
export interface SearchEventsScope {
  readonly searcher: Searcher;
  readonly now: () => number;
  /** Undefined while the server starts. */
  readonly views: () => HouseViews | undefined;
  /** Accounts whose events in repositories this caller may read. */
  readonly readableInRepos: (own: OwnCall) => readonly string[] | 'any';
  /** The same for the event history. */
  readonly readableInHistory: (own: OwnCall) => readonly string[] | 'any';
}

/**
 * `POST /v1/search`: `{"query", "from", "to", "limit"}` answers found events as NDJSON, newest first. With `countBy` it
 * answers the commonest values of these fields, with `timeline` so many steps of the window. Times are milliseconds since
 * the epoch; without `from` and `to` the window is the last 24 hours, and what is still to come. With `follow` the answer
 * goes on with what arrives, oldest first, until the caller goes away; an empty line says that the connection stands.
 * With `view` (`flat`, `ecs`, `ocsf`, a normalizer, `policy`) each event has its view in place of its record.
 * @throws HttpError 400, 422, 503
 */
export async function serveSearch(
  res: ServerResponse,
  question: Question,
  own: OwnCall,
  scope: SearchEventsScope,
): Promise<void> {
  const request = {
    query: readQuery(question.text('query') ?? ''),
    ...readWindow(question, scope.now()),
    accounts: { repos: scope.readableInRepos(own), history: scope.readableInHistory(own) },
  };
  const countBy = question.texts('countBy');
  const steps = question.number('timeline');
  const line = recordWriter(question.text('view'), scope.views());
  const limit = readLimit(question.number('limit'), countBy ? MAX_COUNTS : MAX_LIMIT);
  try {
    if (countBy) {
      const fields = readFields(countBy);
      await stream(res, one(await scope.searcher.count(request, fields, limit)), lineOfCount);
    } else if (steps !== undefined) {
      if (!Number.isInteger(steps) || steps < 1 || steps > MAX_STEPS) {
        throw new HttpError(400, 'InvalidRequest', `timeline must be a whole number from 1 to ${MAX_STEPS}`);
      }
      await stream(res, one(await scope.searcher.timeline(request, steps)), lineOfStep);
    } else if (question.flag('follow')) {
      await follow(res, request, Math.min(limit, MAX_FOLLOWED_LIMIT), scope, line);
    } else {
      await stream(res, scope.searcher.find(request, limit), line);
    }
  } catch (error) {
    throw error instanceof SearchRefused ? refusalOf(error) : error;
  }
}

let followers = 0;

async function follow(
  res: ServerResponse,
  request: SearchRequest,
  limit: number,
  { searcher, now }: SearchEventsScope,
  line: (found: FoundRecord) => string,
): Promise<void> {
  if (followers >= MAX_FOLLOWERS) {
    throw new HttpError(503, 'TooManySearches', `${MAX_FOLLOWERS} searches are followed already`);
  }
  followers++;
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  try {
    // What is to come may have any time after the window's beginning.
    const open = { ...request, to: LAST_MOMENT };
    const found = followSearch({ searcher, request: open, limit, now, signal: gone.signal });
    await stream(res, found, line, '\n');
  } finally {
    followers--;
  }
}

function readQuery(text: string): Query {
  try {
    return parseQuery(text);
  } catch (error) {
    if (error instanceof QueryError) throw new HttpError(400, 'InvalidQuery', error.message);
    throw error;
  }
}

function readWindow(question: Question, now: number) {
  const to = question.number('to') ?? now + DAY;
  const from = question.number('from') ?? Math.min(now, to) - DAY;
  const arrivedSince = question.number('arrivedSince');
  if (from > to) throw new HttpError(400, 'InvalidTimeRange', 'from must not be after to');
  return {
    from: clamp(Math.ceil(from)),
    to: clamp(Math.floor(to)),
    ...(arrivedSince !== undefined && { arrivedSince: clamp(arrivedSince) }),
  };
}

function clamp(time: number): number {
  return Math.min(Math.max(time, 0), LAST_MOMENT);
}

function readLimit(limit: number | undefined, max: number): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  if (Number.isInteger(limit) && limit >= 1 && limit <= max) return limit;
  throw new HttpError(400, 'InvalidRequest', `limit must be a whole number from 1 to ${max}`);
}

function readFields(names: readonly string[]): readonly Field[] {
  if (names.length === 0 || names.length > MAX_COUNT_FIELDS) {
    throw new HttpError(400, 'InvalidRequest', `countBy takes 1 to ${MAX_COUNT_FIELDS} fields`);
  }
  return names.map((name) => {
    const field = name.startsWith('@') ? fieldOfPath(name) : findField(name);
    if (field && field.kind !== 'time' && field.kind !== 'arrived') return field;
    throw new HttpError(
      400,
      'InvalidQuery',
      `cannot count by ${JSON.stringify(name.slice(0, 80))}; a name such as source, user or error, or @path.to.member`,
    );
  });
}

/** The path as the language itself reads it. */
function fieldOfPath(name: string): Field | undefined {
  const query = readQuery(`${name}:*`);
  return query.kind === 'test' ? query.field : undefined;
}

async function* one<T>(page: readonly T[]): AsyncGenerator<readonly T[]> {
  yield page;
}

function lineOfCount({ values, count }: Count): string {
  return JSON.stringify({ values, count });
}

function lineOfStep({ from, to, count }: Step): string {
  return JSON.stringify({ from, to, count });
}

/** Writes page by page at the pace of the reader; a failure in the middle breaks the connection, so that it is seen. */
async function stream<T>(
  res: ServerResponse,
  pages: AsyncIterable<readonly T[]>,
  line: (value: T) => string,
  nothing = '',
): Promise<void> {
  try {
    for await (const page of pages) {
      if (!res.headersSent) res.writeHead(200, { 'content-type': 'application/x-ndjson' });
      if (res.destroyed) return;
      const text = page.map((value) => `${line(value)}\n`).join('') || nothing;
      if (text !== '' && !res.write(text)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
    }
    if (!res.headersSent) res.writeHead(200, { 'content-type': 'application/x-ndjson' });
    res.end();
  } catch (error) {
    if (res.headersSent) res.destroy();
    throw error;
  }
}

function refusalOf(error: SearchRefused): HttpError {
  switch (error.reason) {
    case 'busy':
      return new HttpError(503, 'TooManySearches', error.message, { 'retry-after': '2' });
    case 'too-long':
      return new HttpError(422, 'SearchTooLong', error.message);
    case 'too-large':
      return new HttpError(422, 'SearchTooLarge', error.message);
  }
}
