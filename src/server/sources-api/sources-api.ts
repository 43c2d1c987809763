import type { IncomingMessage } from 'node:http';
import { CHARSETS, SourcesError } from '../../sources/index.ts';
import { SecretUnreadable } from '../../sources/secret-box/index.ts';
import type { OwnCall } from '../access.ts';
import type { OwnTree, TreeAnswer } from '../listener.ts';
import { ApiRefusal, refusalBody } from './api-answer.ts';
import { type ApiPath, readApiPath } from './api-path.ts';
import { createSource, deleteSource, editSource, listDevices, showSources } from './log-sources.ts';
import { type Order, type Orders, writeOrder } from './orders.ts';
import { deletePolicy, KIND_OF_RESOURCE, putPolicy, showPolicies } from './policies.ts';
import { createPostedMessages } from './posted-messages.ts';
import { controlSource, showQuarantine, showStatus, takeNotice } from './source-control.ts';
import type { SourcesRooms } from './sources-house.ts';

/** A logo is the largest thing in a form. */
const MAX_BODY = 2 << 20;

/**
 * The API of log sources: `configapi/{pool_UUID}/{logpoint_identifier}/…` and its orders below `monitorapi`, for the main
 * account. One opentrail is one pool with one Logpoint: both words of the path are taken as they are, and repeated.
 */
export function createSourcesApi(
  rooms: SourcesRooms,
  orders: Orders,
  accountId: string,
  rotateKey: () => Promise<number>,
): ReadonlyMap<string, OwnTree> {
  async function answer(req: IncomingMessage, own: OwnCall): Promise<TreeAnswer> {
    const url = new URL(req.url ?? '/', 'http://opentrail');
    const path = readApiPath(url.pathname);
    const event = path && eventOf(req.method ?? '', path, own.body);
    try {
      if (own.account !== accountId) {
        throw new ApiRefusal(
          403,
          'AccessDenied',
          'log sources belong to the whole server: only the main account may',
        );
      }
      if (!path) throw new ApiRefusal(404, 'NotFound', `there is no ${url.pathname}`);
      const body = await serve(req.method ?? '', path, own.body, url.searchParams);
      return { status: 200, body, ...(event && { event }) };
    } catch (error) {
      const refusal = refusalOf(error);
      return { status: refusal.status, body: refusalBody(refusal), ...(event && { event, error: refusal }) };
    }
  }

  async function serve(
    method: string,
    path: ApiPath,
    body: Buffer,
    query: URLSearchParams,
  ): Promise<unknown> {
    const { resource, id, verb } = path;
    const kind = KIND_OF_RESOURCE.get(resource);
    const check = query.get('check') === 'connection';
    if (verb !== undefined) {
      if (resource !== 'LogSources' || id === undefined) throw notAllowed(method, path);
      if (verb === 'status' && method === 'GET') return await showStatus(id, rooms);
      if (verb === 'quarantine' && method === 'GET') return showQuarantine(id, query.get('limit'), rooms);
      if (method === 'POST' && (verb === 'notify' || verb === 'sns')) {
        return await takeNotice(id, noticeOf(body), rooms);
      }
      if (method === 'POST') return await controlSource(id, verb, dataOf(body), rooms);
      throw notAllowed(method, path);
    }
    switch (method) {
      case 'GET':
        if (kind) return showPolicies(kind, id, rooms);
        if (resource === 'LogSources') return showSources(id, rooms);
        if (id === undefined && resource === 'Devices') return listDevices(rooms);
        if (id === undefined && resource === 'Charsets') return listCharsets();
        if (id !== undefined && resource === 'orders') return await showOrder(id);
        break;
      case 'POST':
        if (id !== undefined) break;
        if (resource === 'KeyRotations') return rotated(await rotateKey());
        if (kind)
          return accepted(await putPolicy(resource, kind, undefined, dataOf(body), path, rooms, orders));
        if (resource === 'LogSources')
          return accepted(await createSource(dataOf(body), path, check, rooms, orders));
        break;
      case 'PUT':
        if (id === undefined) break;
        if (kind) return accepted(await putPolicy(resource, kind, id, dataOf(body), path, rooms, orders));
        if (resource === 'LogSources')
          return accepted(await editSource(id, dataOf(body), path, check, rooms, orders));
        break;
      case 'DELETE':
        if (id === undefined) break;
        if (kind) return accepted(await deletePolicy(resource, kind, id, path, rooms, orders));
        if (resource === 'LogSources') return accepted(await deleteSource(id, path, rooms, orders));
        break;
    }
    throw notAllowed(method, path);
  }

  async function showOrder(id: string): Promise<unknown> {
    const order = await orders.get(id);
    if (!order) throw new ApiRefusal(404, 'NotFound', `there is no order ${id}; the newest 1,000 are kept`);
    return writeOrder(order);
  }

  const tree: OwnTree = { scope: 'sources', maxBody: MAX_BODY, answer, posted: createPostedMessages(rooms) };
  return new Map([
    ['configapi', tree],
    ['monitorapi', tree],
    ['v1/sources', tree],
  ]);
}

/** The answer to every change, as Logpoint's guide prints it: where to ask what came of it. */
function accepted({ id, pool, logpoint }: Order): unknown {
  return { status: 'Success', message: `monitorapi/${pool}/${logpoint}/orders/${id}` };
}

function rotated(count: number): unknown {
  return { status: 'Success', message: `a new key seals the secrets of ${count} log sources and orders` };
}

function listCharsets(): unknown {
  return [...CHARSETS].map(([name, label]) => ({ id: name, name, encoding: label }));
}

/** Forms nest six deep; a deeper template is nobody's, and would overflow what writes it out. */
const MAX_DEPTH = 64;

/** Counts brackets outside of texts. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isQuoted) {
      if (code === 0x5c) at++;
      else if (code === 0x22) isQuoted = false;
    } else if (code === 0x22) isQuoted = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

/** The `data` of a body. @throws ApiRefusal 400 */
function dataOf(body: Buffer): unknown {
  const value = jsonOf(body);
  return Object.hasOwn(value, 'data') ? (value as { data: unknown }).data : undefined;
}

/** An object; empty for an empty body. @throws ApiRefusal 400 */
function jsonOf(body: Buffer): object {
  let value: unknown;
  const text = body.toString('utf8');
  if (isTooDeep(text)) throw new ApiRefusal(400, 'InvalidJson', `the body nests deeper than ${MAX_DEPTH}`);
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new ApiRefusal(400, 'InvalidJson', 'the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiRefusal(400, 'InvalidJson', 'the body must be an object');
  }
  return value;
}

/** Its text, which need not be JSON: CloudTrail's test is not. @throws ApiRefusal 400 */
function noticeOf(body: Buffer): string {
  const text = body.toString('utf8');
  if (isTooDeep(text)) throw new ApiRefusal(400, 'InvalidJson', `the body nests deeper than ${MAX_DEPTH}`);
  return text;
}

function notAllowed(method: string, { resource, id, verb }: ApiPath): ApiRefusal {
  const path = [resource, id, verb].filter((word) => word !== undefined).join('/');
  return new ApiRefusal(405, 'MethodNotAllowed', `${path} does not take ${method}`);
}

function refusalOf(error: unknown): ApiRefusal {
  if (error instanceof ApiRefusal) return error;
  if (error instanceof SourcesError) {
    return new ApiRefusal(error.code === 'NotFound' ? 404 : 409, error.code, error.message);
  }
  if (error instanceof SecretUnreadable) return new ApiRefusal(409, 'SecretUnreadable', error.message);
  throw error;
}

const VERBS: ReadonlyMap<string, string> = new Map([
  ['GET', 'Get'],
  ['POST', 'Create'],
  ['PUT', 'Update'],
  ['DELETE', 'Delete'],
]);
const SINGULAR: ReadonlyMap<string, string> = new Map([
  ['LogSources', 'LogSource'],
  ['Repos', 'Repo'],
  ['RoutingPolicies', 'RoutingPolicy'],
  ['NormalizationPolicies', 'NormalizationPolicy'],
  ['EnrichmentPolicies', 'EnrichmentPolicy'],
  ['Normalizers', 'Normalizer'],
  ['KeyRotations', 'KeyRotation'],
]);
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['run', 'RunLogSource'],
  ['pause', 'PauseLogSource'],
  ['resume', 'ResumeLogSource'],
  ['backfill', 'BackFillLogSource'],
  ['test', 'TestLogSource'],
  ['retry', 'RetryLogSourceFiles'],
  ['forget', 'ForgetLogSourceFiles'],
  ['completeness', 'CheckLogSourceCompleteness'],
]);

/** What stands in the trail: never the body, which holds secrets, but its name. Lists of constants and polls do not. */
function eventOf(method: string, { resource, id, verb }: ApiPath, body: Buffer): TreeAnswer['event'] {
  const singular = SINGULAR.get(resource);
  const control = verb === undefined ? undefined : CONTROLS.get(verb);
  if (singular === undefined || (verb !== undefined && control === undefined)) return undefined;
  const word = VERBS.get(method);
  if (word === undefined) return undefined;
  const name = control ?? (method === 'GET' && id === undefined ? `List${resource}` : `${word}${singular}`);
  const given = nameIn(body);
  return {
    name,
    parameters: { ...(id !== undefined && { id }), ...(given !== undefined && { name: given }) },
  };
}

function nameIn(body: Buffer): string | undefined {
  try {
    const { data } = JSON.parse(body.toString('utf8')) as {
      data?: { name?: unknown; policy_name?: unknown; repo_name?: unknown };
    };
    const name = data?.name ?? data?.policy_name ?? data?.repo_name;
    return typeof name === 'string' ? name.slice(0, 128) : undefined;
  } catch {
    return undefined;
  }
}
