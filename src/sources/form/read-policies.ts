import type { PolicyBody } from '../index.ts';
import { Body, Faults, isMembers, type Read, shorten } from '../policy/index.ts';
import { readRoutingRules } from '../route/index.ts';
import type { FormChecks } from './checks.ts';
import { readNormalizers } from './read-processing.ts';
import { readRepo } from './read-repo.ts';
import { readName } from './read-source.ts';
import { openData, readOptional } from './read-values.ts';

/** The type of normalizers that operators write. */
export const OWN_TYPE = 'mapping';

/** Members that GET answers, so that what was read can be sent back. */
const ANSWERED = ['id', 'active', 'built_in', 'created_at', 'updated_at'];

/** Reads the `data` of a request about a repository. */
export function readRepoForm(data: unknown): Read<PolicyBody<'repo'>> {
  return readData(data, (body) => readRepo(body.members, body.at, body.faults)!);
}

/** Reads the `data` of a request about a routing policy: `policy_name` (or `name`) and the rules. */
export function readRoutingForm(data: unknown, checks: FormChecks): Read<PolicyBody<'routing'>> {
  return readData(data, (body) => {
    const member =
      body.own('policy_name') === undefined && body.own('name') !== undefined ? 'name' : 'policy_name';
    const name = readName(body, member) ?? '';
    const description = readOptional(body, 'description', 4_096);
    const others = ['policy_name', 'name', 'description', ...ANSWERED];
    const read = readRoutingRules(body.members, { repoExists: checks.repoExists }, others);
    if (read.kind === 'refused') for (const { at, message } of read.faults) body.faults.add(at, message);
    const rules = Object.fromEntries(Object.entries(body.members).filter(([key]) => !others.includes(key)));
    return { name, ...(description !== undefined && { description }), rules };
  });
}

/** Reads the `data` of a request about a normalization policy: `normalizers`, or the names in `compiled_normalizer`. */
export function readNormalizationForm(data: unknown, checks: FormChecks): Read<PolicyBody<'normalization'>> {
  return readData(data, (body) => {
    const known = [
      'name',
      'description',
      'normalizers',
      'compiled_normalizer',
      'normalization_packages',
      'norm_packages',
    ];
    body.refuseUnknown([...known, ...ANSWERED]);
    const name = readName(body) ?? '';
    const description = readOptional(body, 'description', 4_096);
    for (const packages of ['normalization_packages', 'norm_packages']) {
      const value = body.own(packages);
      if (
        value === undefined ||
        value === null ||
        value === '' ||
        (Array.isArray(value) && value.length === 0)
      )
        continue;
      body.fault(packages, 'are not known here: name normalizers instead');
    }
    const compiled = body.own('compiled_normalizer');
    const given =
      compiled === undefined ? body.members : { normalizers: compiledNormalizers(compiled, body.faults) };
    const normalizers = readNormalizers(new Body(given, body.at, body.faults), checks, true);
    return { name, ...(description !== undefined && { description }), normalizers };
  });
}

/** Reads the `data` of a request about an enrichment policy: what is in its `steps` is judged by who runs them. */
export function readEnrichmentForm(data: unknown, checks: FormChecks): Read<PolicyBody<'enrichment'>> {
  return readData(data, (body) => {
    const name = readName(body) ?? '';
    const description = readOptional(body, 'description', 4_096);
    const others = ['name', 'description', ...ANSWERED];
    if (body.own('specifications') !== undefined) {
      body.fault('specifications', 'are not known here: give steps (see the reference of log sources)');
    }
    const policy = Object.fromEntries(
      Object.entries(body.members).filter(([key]) => !others.includes(key) && key !== 'specifications'),
    );
    for (const { at, message } of checks.checkEnrichment(policy)) body.faults.add(at, message);
    return { name, ...(description !== undefined && { description }), policy };
  });
}

/** Words that stand for views where a normalizer may be named. */
const VIEW_WORDS = ['raw', 'flat', 'ecs', 'ocsf', 'policy'];

/** Reads the `data` of a request about a normalizer: its name and its mapping, which is judged by who runs it. */
export function readNormalizerForm(data: unknown, checks: FormChecks): Read<PolicyBody<'normalizer'>> {
  return readData(data, (body) => {
    const name = readName(body) ?? '';
    const isBuiltIn = checks.normalizers.some((one) => one.name === name && one.type !== OWN_TYPE);
    if (isBuiltIn || VIEW_WORDS.includes(name)) body.fault('name', 'is the name of a built-in one');
    const description = readOptional(body, 'description', 4_096);
    const type = body.own('type');
    if (type !== undefined && type !== OWN_TYPE) body.fault('type', `must be ${OWN_TYPE}, or be left out`);
    const others = ['name', 'description', 'type', ...ANSWERED];
    const mapping = Object.fromEntries(Object.entries(body.members).filter(([key]) => !others.includes(key)));
    for (const { at, message } of checks.checkMapping(mapping)) body.faults.add(at, message);
    return { name, ...(description !== undefined && { description }), mapping };
  });
}

function readData<T>(data: unknown, read: (body: Body) => T): Read<T> {
  const faults = new Faults();
  const body = openData(data, faults);
  if (!body) return faults.finish((): T => undefined as never);
  const policy = read(body);
  return faults.finish(() => policy);
}

/** `"A,B"`, or a list of names; the type of each is `compiled`. */
function compiledNormalizers(value: unknown, faults: Faults): unknown {
  const names = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
  if (!Array.isArray(names)) {
    faults.add('compiled_normalizer', 'must be names with commas between them');
    return [];
  }
  return names.map((name: unknown, number) => {
    if (typeof name === 'string') return { name, type: 'compiled' };
    faults.add(
      `compiled_normalizer[${number}]`,
      `must be a name; got ${shorten(JSON.stringify(name) ?? '')}`,
    );
    return { name: '', type: 'compiled' };
  });
}

/** The mandatory `id` of a request's body, where it has one, must be that of its path. */
export function checkId(data: unknown, id: string, resource: string, faults: Faults): void {
  if (!isMembers(data)) return;
  const body = new Body(data, '', faults);
  const text = body.text('id', 256);
  if (text !== undefined && text !== id && text !== `${resource}/${id}`) {
    body.fault('id', `must be the id of the path, ${id}; got ${shorten(text)}`);
  }
}
