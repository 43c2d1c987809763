import { randomUUID } from 'node:crypto';
import { checkId, readSource, type SourceForm, writeSource } from '../../sources/form/index.ts';
import type { LogSource } from '../../sources/index.ts';
import { Faults } from '../../sources/policy/index.ts';
import { ApiRefusal, invalid } from './api-answer.ts';
import type { NewOrder, Order, Orders } from './orders.ts';
import { formChecks, type SourcesRooms } from './sources-house.ts';

/** Where an order comes from: the words of its path. */
export type OrderPlace = Pick<NewOrder, 'pool' | 'logpoint'>;

const RESOURCE = 'LogSources';

/** `POST …/LogSources`. @throws ApiRefusal naming every fault */
export async function createSource(
  data: unknown,
  place: OrderPlace,
  check: boolean,
  rooms: SourcesRooms,
  orders: Orders,
): Promise<Order> {
  const form = mustRead(data, rooms);
  if (rooms.sources.find(form.name)) throw nameTaken(form.name);
  const id = randomUUID();
  const time = rooms.now();
  const source = sourceOf(form, { id, origin: 'api', createdAt: time, updatedAt: time });
  const { secrets, keep, repos } = form;
  return await orders.submit(
    { resource: RESOURCE, operation: 'create', target: id, name: form.name, ...place },
    { op: 'put-source', isNew: true, source, secrets, keep, repos, check },
  );
}

/** `PUT …/LogSources/{id}`. @throws ApiRefusal naming every fault */
export async function editSource(
  id: string,
  data: unknown,
  place: OrderPlace,
  check: boolean,
  rooms: SourcesRooms,
  orders: Orders,
): Promise<Order> {
  const current = mustGet(id, rooms);
  refuseFromFile(current);
  const form = mustRead(data, rooms, current);
  const other = rooms.sources.find(form.name);
  if (other && other.id !== id) throw nameTaken(form.name);
  const { createdAt, origin } = current;
  const source = sourceOf(form, { id, origin, createdAt, updatedAt: rooms.now() });
  const { secrets, keep, repos } = form;
  return await orders.submit(
    { resource: RESOURCE, operation: 'edit', target: id, name: form.name, ...place },
    { op: 'put-source', isNew: false, source, secrets, keep, repos, check },
  );
}

/** `DELETE …/LogSources/{id}`: what was collected stays. @throws ApiRefusal */
export async function deleteSource(
  id: string,
  place: OrderPlace,
  rooms: SourcesRooms,
  orders: Orders,
): Promise<Order> {
  const current = mustGet(id, rooms);
  refuseFromFile(current);
  return await orders.submit(
    { resource: RESOURCE, operation: 'delete', target: id, name: current.name, ...place },
    { op: 'delete-source', id },
  );
}

/** `GET …/Devices`: the sources, in the few words in which devices are listed. */
export function listDevices({ sources }: SourcesRooms): unknown {
  return sources.list().map((source) => ({
    id: source.id,
    name: source.name,
    type: RESOURCE,
    vendor_name: source.vendorName ?? '',
    ip: [new URL(source.connector.endpointUrl).hostname],
    timezone: source.fetch.timezone,
    charset: source.fetch.charset,
    active: !source.paused,
  }));
}

/** `GET …/LogSources` and `…/LogSources/{id}`. @throws ApiRefusal 404 */
export function showSources(id: string | undefined, rooms: SourcesRooms): unknown {
  return id === undefined ? rooms.sources.list().map(writeSource) : writeSource(mustGet(id, rooms));
}

/** @throws ApiRefusal 404 */
export function mustGet(id: string, { sources }: SourcesRooms): LogSource {
  const source = sources.get(id);
  if (!source) throw new ApiRefusal(404, 'NotFound', `there is no log source ${id}`);
  return source;
}

/** A source that a form describes. */
export function sourceOf(
  form: SourceForm,
  own: Pick<LogSource, 'id' | 'origin' | 'createdAt' | 'updatedAt'>,
): LogSource {
  const { secrets: _secrets, keep: _keep, repos: _repos, ...source } = form;
  return { ...source, ...own };
}

function mustRead(data: unknown, rooms: SourcesRooms, current?: LogSource): SourceForm {
  const read = readSource(data, formChecks(rooms, current));
  const ids = new Faults();
  if (current) checkId(data, current.id, RESOURCE, ids);
  const faults = [...(read.kind === 'refused' ? read.faults : []), ...ids.list];
  if (read.kind === 'refused' || faults.length > 0) throw invalid(faults);
  return read.policy;
}

function nameTaken(name: string): ApiRefusal {
  const message = 'is the name of another log source';
  return new ApiRefusal(409, 'NameTaken', `name ${message}: ${name}`, [{ at: 'name', message }]);
}

function refuseFromFile({ name, origin }: LogSource): void {
  if (origin !== 'file') return;
  throw new ApiRefusal(
    409,
    'FromFile',
    `the log source ${name} is from the config file: change it there, and restart`,
  );
}
