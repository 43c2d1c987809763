import type { NormalizerRef } from '../index.ts';
import {
  type Faults,
  inside,
  isMembers,
  type Members,
  needText,
  own,
  readList,
  refuseUnknown,
  shorten,
} from '../policy/index.ts';
import type { FormChecks } from './checks.ts';
import { readOptional } from './read-values.ts';

/** `NormalizationPolicy`: normalizers, or a stored policy by its name (`policy`, ours). */
export function readNormalization(
  json: unknown,
  faults: Faults,
  checks: FormChecks,
): { readonly normalizers: readonly NormalizerRef[]; readonly normalizationPolicy?: string } | undefined {
  const at = 'config.NormalizationPolicy';
  if (json === undefined || json === null) return faults.add(at, 'is mandatory');
  if (!isMembers(json)) return faults.add(at, 'must be an object');
  refuseUnknown(json, ['normalizers', 'policy'], at, faults);
  const policy = readOptional(json, 'policy', at, faults, 128);
  if (policy !== undefined && !checks.policyExists('normalization', policy)) {
    faults.add(inside(at, 'policy'), `names no normalization policy: ${shorten(policy)}`);
  }
  const normalizers = readNormalizers(json, at, faults, checks, policy === undefined);
  return { normalizers, ...(policy !== undefined && { normalizationPolicy: policy }) };
}

/** `normalizers`: a list of `{name, type}`. */
export function readNormalizers(
  members: Members,
  at: string,
  faults: Faults,
  checks: Pick<FormChecks, 'normalizers'>,
  isMandatory: boolean,
): readonly NormalizerRef[] {
  const place = inside(at, 'normalizers');
  const given = own(members, 'normalizers');
  if (isMandatory && (given === undefined || given === null)) faults.add(place, 'is mandatory');
  const list = readList(members, 'normalizers', at, faults, 100);
  if (isMandatory && Array.isArray(given) && given.length === 0)
    faults.add(place, 'must name one normalizer or more');
  return list.flatMap((entry, number) => readNormalizer(entry, `${place}[${number}]`, faults, checks) ?? []);
}

function readNormalizer(
  entry: unknown,
  at: string,
  faults: Faults,
  checks: Pick<FormChecks, 'normalizers'>,
): NormalizerRef | undefined {
  if (!isMembers(entry)) return faults.add(at, 'must be an object with name and type');
  refuseUnknown(entry, ['name', 'type'], at, faults);
  const name = needText(entry, 'name', at, faults, 128);
  const type = needText(entry, 'type', at, faults, 64);
  if (name === undefined) return undefined;
  const known = checks.normalizers.find((one) => one.name === name);
  if (!known) {
    const names = checks.normalizers.map((one) => one.name).join(', ');
    return faults.add(inside(at, 'name'), `is no normalizer; known are ${names}; got ${shorten(name)}`);
  }
  if (type !== undefined && type !== known.type) {
    faults.add(inside(at, 'type'), `must be ${known.type} for ${name}; got ${shorten(type)}`);
  }
  return known;
}

/** `EnrichmentPolicy`: a name, alone or as the member of an object; absent, empty or `None`: none. */
export function readEnrichmentRef(json: unknown, faults: Faults, checks: FormChecks): string | undefined {
  const at = 'config.EnrichmentPolicy';
  if (json === undefined || json === null) return undefined;
  const members: Members = isMembers(json) ? json : { EnrichmentPolicy: json };
  if (isMembers(json)) refuseUnknown(json, ['EnrichmentPolicy', 'name'], at, faults);
  const member = own(members, 'EnrichmentPolicy') === undefined ? 'name' : 'EnrichmentPolicy';
  const given = own(members, member);
  if (given === undefined || given === null || given === '' || given === 'None') return undefined;
  if (typeof given !== 'string') return faults.add(at, "must be an enrichment policy's name");
  if (!checks.policyExists('enrichment', given)) {
    faults.add(isMembers(json) ? inside(at, member) : at, `names no enrichment policy: ${shorten(given)}`);
  }
  return given;
}
