import { readDate } from '../../sources/form/index.ts';
import type { CollectorControl, LogSource } from '../../sources/index.ts';
import { checkSource, readOrder } from '../completeness/index.ts';
import { ApiRefusal, invalid } from './api-answer.ts';
import { mustGet } from './log-sources.ts';
import type { SourcesRooms } from './sources-house.ts';
import { testConnection } from './test-connection.ts';

/** `GET …/LogSources/{id}/status`: what the collector says, and whether the source is paused. */
export async function showStatus(id: string, rooms: SourcesRooms): Promise<unknown> {
  const source = mustGet(id, rooms);
  const control = rooms.control();
  const status = control && (await control.status(id));
  return { id, name: source.name, active: !source.paused, ...(status ? { status } : {}) };
}

/**
 * `POST /v1/sources/{id}/notify`, and what comes to `…/sns` with a token: the body is the notice, in any of the forms of
 * a queue's messages. @throws ApiRefusal
 */
export async function takeNotice(id: string, notice: string, rooms: SourcesRooms): Promise<unknown> {
  const source = mustGet(id, rooms);
  if (source.paused) throw new ApiRefusal(409, 'Paused', `${source.name} is paused: tell it later`);
  const told = await collector(rooms).tell?.(id, notice);
  if (!told) throw new ApiRefusal(503, 'ServiceUnavailable', 'the collector takes no notices');
  if ('why' in told) throw new ApiRefusal(400, 'NotANotice', told.why);
  return { status: 'Success', files: told.files };
}

/** Files that one answer lists, unless `limit` says otherwise; and at most. */
const LISTED = 100;
const MOST_LISTED = 1_000;

/** `GET …/LogSources/{id}/quarantine?limit=`: files that could not be read. @throws ApiRefusal */
export function showQuarantine(id: string, limit: string | null, rooms: SourcesRooms): unknown {
  const source = mustGet(id, rooms);
  const count = limit === null ? LISTED : Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > MOST_LISTED) {
    throw invalid([{ at: 'limit', message: `must be a whole number from 1 to ${MOST_LISTED}` }]);
  }
  return { id, name: source.name, ...collector(rooms).quarantine(id, count) };
}

/** `POST …/LogSources/{id}/{verb}`: ours. @throws ApiRefusal */
export async function controlSource(
  id: string,
  verb: string,
  data: unknown,
  rooms: SourcesRooms,
): Promise<unknown> {
  const source = mustGet(id, rooms);
  switch (verb) {
    case 'run':
      if (source.paused) throw new ApiRefusal(409, 'Paused', `${source.name} is paused: resume it first`);
      await collector(rooms).run(id);
      return done(`a walk of ${source.name} was started`);
    case 'pause':
    case 'resume': {
      const paused = verb === 'pause';
      await rooms.sources.update(id, (current) => ({ ...current, paused, updatedAt: rooms.now() }));
      await rooms.control()?.pause(id, paused);
      return done(`${source.name} is ${paused ? 'paused' : 'active'}`);
    }
    case 'backfill': {
      const { from, to } = readRange(source, data, rooms.now());
      await collector(rooms).backFill(id, from, to);
      const days = [from, to].map((time) => new Date(time).toISOString()).join(' to ');
      const when = source.paused ? ' when it is resumed' : '';
      return done(`${source.name} is filled back from ${days}${when}`);
    }
    case 'retry': {
      const count = await collector(rooms).retry(id, readKeys(data));
      const when = source.paused ? ' when the source is resumed' : '';
      return done(`${count} ${count === 1 ? 'file is' : 'files are'} tried again${when}`);
    }
    case 'forget': {
      const count = await collector(rooms).forget(id, readKeys(data));
      return done(`${count} ${count === 1 ? 'file is' : 'files are'} forgotten`);
    }
    case 'completeness': {
      const order = readOrder(source, data, rooms.now());
      if ('faults' in order) throw invalid(order.faults);
      return await checkSource(rooms.completeness, source, order);
    }
    case 'test': {
      const secrets = await rooms.sources.reveal(source);
      const outcome = await testConnection(source, secrets, rooms.connect);
      return { status: outcome.ok ? 'Success' : 'Failed', ...outcome };
    }
    default:
      throw new ApiRefusal(
        404,
        'NotFound',
        `there is no ${verb}: run, pause, resume, backfill, retry, forget, completeness and test are there`,
      );
  }
}

function done(message: string) {
  return { status: 'Success', message };
}

function collector({ control }: SourcesRooms): CollectorControl {
  const found = control();
  if (!found) throw new ApiRefusal(503, 'ServiceUnavailable', 'the collector is not running');
  return found;
}

/** `keys`, a list of them; absent: all. */
function readKeys(data: unknown): readonly string[] | undefined {
  const keys: unknown = new Map(Object.entries((data ?? {}) as object)).get('keys');
  if (keys === undefined) return undefined;
  const isList = Array.isArray(keys) && keys.length <= MOST_LISTED;
  if (isList && keys.every((key) => typeof key === 'string')) return keys;
  throw invalid([{ at: 'keys', message: `must be a list of at most ${MOST_LISTED} keys` }]);
}

/** `from` and `to` as dates of the source's time zone; `to` absent: now. */
function readRange(
  source: LogSource,
  data: unknown,
  now: number,
): { readonly from: number; readonly to: number } {
  const members = new Map(Object.entries((data ?? {}) as object));
  const read = (name: string): number | undefined => {
    const text: unknown = members.get(name);
    return typeof text === 'string' ? readDate(text, source.fetch.timezone) : undefined;
  };
  const from = read('from');
  const to = members.has('to') ? read('to') : now;
  const faults = [
    ...(from === undefined ? [{ at: 'from', message: 'must be a date such as 2024-08-06' }] : []),
    ...(to === undefined ? [{ at: 'to', message: 'must be a date such as 2024-08-06' }] : []),
    ...(from !== undefined && to !== undefined && from >= to
      ? [{ at: 'from', message: 'must be before the end of the range' }]
      : []),
  ];
  if (from === undefined || to === undefined || faults.length > 0) throw invalid(faults);
  return { from, to };
}
