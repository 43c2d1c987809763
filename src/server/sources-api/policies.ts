import { randomUUID } from 'node:crypto';
import {
  checkId,
  readEnrichmentForm,
  readNormalizationForm,
  readNormalizerForm,
  readRepoForm,
  readRoutingForm,
  writePolicy,
} from '../../sources/form/index.ts';
import type { PolicyBody, PolicyKind } from '../../sources/index.ts';
import { Faults, type Read, shorten } from '../../sources/policy/index.ts';
import { ApiRefusal, invalid } from './api-answer.ts';
import type { OrderPlace } from './log-sources.ts';
import type { Order, Orders } from './orders.ts';
import { formChecks, NORMALIZERS, type SourcesRooms } from './sources-house.ts';

/** The kind of policy that a resource of the API holds. */
export const KIND_OF_RESOURCE: ReadonlyMap<string, PolicyKind> = new Map([
  ['Repos', 'repo'],
  ['RoutingPolicies', 'routing'],
  ['NormalizationPolicies', 'normalization'],
  ['EnrichmentPolicies', 'enrichment'],
  ['Normalizers', 'normalizer'],
]);

/** `GET …/Repos`, `…/RoutingPolicies/{id}` and so on. @throws ApiRefusal 404 */
export function showPolicies(kind: PolicyKind, id: string | undefined, { policies }: SourcesRooms): unknown {
  if (id === undefined) {
    const stored = policies.list(kind).map((policy) => writePolicy(kind, policy));
    return kind === 'normalizer' ? [...NORMALIZERS, ...stored] : stored;
  }
  const policy = policies.get(kind, id);
  if (!policy) throw new ApiRefusal(404, 'NotFound', `there is no ${kind} ${id}`);
  return writePolicy(kind, policy);
}

/** `POST` (no `id`) and `PUT`. @throws ApiRefusal naming every fault */
export async function putPolicy(
  resource: string,
  kind: PolicyKind,
  id: string | undefined,
  data: unknown,
  place: OrderPlace,
  rooms: SourcesRooms,
  orders: Orders,
): Promise<Order> {
  const { policies } = rooms;
  const current = id === undefined ? undefined : policies.get(kind, id);
  if (id !== undefined && !current) throw new ApiRefusal(404, 'NotFound', `there is no ${kind} ${id}`);
  const body = mustRead(resource, kind, id, data, rooms);
  const other = policies.find(kind, body.name);
  if (other && other.id !== id) {
    const message = `is the name of another ${kind}`;
    throw new ApiRefusal(409, 'NameTaken', `${body.name} ${message}`, [{ at: 'name', message }]);
  }
  if (kind === 'repo' && current && current.name !== body.name) {
    throw new ApiRefusal(409, 'InUse', `the repo ${current.name} keeps its name: its records lie under it`);
  }
  const target = id ?? randomUUID();
  const operation = id === undefined ? 'create' : 'edit';
  return await orders.submit(
    { resource, operation, target, name: body.name, ...place },
    { op: `${operation}-policy`, kind, id: target, body },
  );
}

/** `DELETE`. A repository goes with its records. @throws ApiRefusal */
export async function deletePolicy(
  resource: string,
  kind: PolicyKind,
  id: string,
  place: OrderPlace,
  rooms: SourcesRooms,
  orders: Orders,
): Promise<Order> {
  const policy = rooms.policies.get(kind, id);
  if (!policy) throw new ApiRefusal(404, 'NotFound', `there is no ${kind} ${id}`);
  return await orders.submit(
    { resource, operation: 'delete', target: id, name: policy.name, ...place },
    { op: 'delete-policy', kind, id, name: policy.name },
  );
}

function mustRead(
  resource: string,
  kind: PolicyKind,
  id: string | undefined,
  data: unknown,
  rooms: SourcesRooms,
): PolicyBody<PolicyKind> {
  const read = readPolicyForm(kind, data, rooms);
  const ids = new Faults();
  if (id !== undefined) checkId(data, id, resource, ids);
  const faults = [...(read.kind === 'refused' ? read.faults : []), ...ids.list];
  if (read.kind === 'refused' || faults.length > 0) throw invalid(faults);
  return read.policy;
}

/** A copy that nobody makes must not look like one. */
function readRepoWith(data: unknown, { isCopyTarget }: SourcesRooms): Read<PolicyBody<'repo'>> {
  const read = readRepoForm(data);
  const remote = read.kind === 'read' ? read.policy.remote : undefined;
  if (remote === undefined || isCopyTarget(remote) !== false) return read;
  const message = `names no destination for copies (opentrail forwards add NAME --copies); got ${shorten(remote)}`;
  return { kind: 'refused', faults: [{ at: 'remote_logpoint', message }] };
}

/** Reads the `data` of a request about a policy. */
export function readPolicyForm(
  kind: PolicyKind,
  data: unknown,
  rooms: SourcesRooms,
): Read<PolicyBody<PolicyKind>> {
  const checks = formChecks(rooms);
  switch (kind) {
    case 'repo':
      return readRepoWith(data, rooms);
    case 'routing':
      return readRoutingForm(data, checks);
    case 'normalization':
      return readNormalizationForm(data, checks);
    case 'enrichment':
      return readEnrichmentForm(data, checks);
    case 'normalizer':
      return readNormalizerForm(data, checks);
  }
}
