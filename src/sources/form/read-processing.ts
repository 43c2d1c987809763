import type { NormalizerRef } from '../index.ts';
import { Body, type Faults, isMembers, shorten } from '../policy/index.ts';
import type { FormChecks } from './checks.ts';
import { readOptional } from './read-values.ts';

/** `NormalizationPolicy`: normalizers, or a stored policy by its name (`policy`, ours). */
export function readNormalization(
  config: Body,
  checks: FormChecks,
): { readonly normalizers: readonly NormalizerRef[]; readonly normalizationPolicy?: string } | undefined {
  const body = config.needBody('NormalizationPolicy');
  if (!body) return undefined;
  body.refuseUnknown(['normalizers', 'policy']);
  const policy = readOptional(body, 'policy', 128);
  if (policy !== undefined && !checks.policyExists('normalization', policy)) {
    body.fault('policy', `names no normalization policy: ${shorten(policy)}`);
  }
  const normalizers = readNormalizers(body, checks, policy === undefined);
  return { normalizers, ...(policy !== undefined && { normalizationPolicy: policy }) };
}

/** `normalizers`: a list of `{name, type}`. */
export function readNormalizers(
  body: Body,
  checks: Pick<FormChecks, 'normalizers'>,
  isMandatory: boolean,
): readonly NormalizerRef[] {
  const given = body.own('normalizers');
  if (isMandatory && (given === undefined || given === null)) body.fault('normalizers', 'is mandatory');
  const list = body.list('normalizers', 100);
  if (isMandatory && Array.isArray(given) && given.length === 0)
    body.fault('normalizers', 'must name one normalizer or more');
  return list.flatMap(
    (entry, number) =>
      readNormalizer(entry, `${body.place('normalizers')}[${number}]`, body.faults, checks) ?? [],
  );
}

function readNormalizer(
  entry: unknown,
  at: string,
  faults: Faults,
  checks: Pick<FormChecks, 'normalizers'>,
): NormalizerRef | undefined {
  if (!isMembers(entry)) return faults.add(at, 'must be an object with name and type');
  const body = new Body(entry, at, faults);
  body.refuseUnknown(['name', 'type']);
  const name = body.need('name', 128);
  const type = body.need('type', 64);
  if (name === undefined) return undefined;
  const known = checks.normalizers.find((one) => one.name === name);
  if (!known) {
    const names = checks.normalizers.map((one) => one.name).join(', ');
    return body.fault('name', `is no normalizer; known are ${names}; got ${shorten(name)}`);
  }
  if (type !== undefined && type !== known.type) {
    body.fault('type', `must be ${known.type} for ${name}; got ${shorten(type)}`);
  }
  return known;
}

/** `EnrichmentPolicy`: a name, alone or as the member of an object; absent, empty or `None`: none. */
export function readEnrichmentRef(config: Body, checks: FormChecks): string | undefined {
  const json = config.own('EnrichmentPolicy');
  if (json === undefined || json === null) return undefined;
  const isAlone = !isMembers(json);
  const body = isAlone ? config : new Body(json, config.place('EnrichmentPolicy'), config.faults);
  if (!isAlone) body.refuseUnknown(['EnrichmentPolicy', 'name']);
  const member = body.own('EnrichmentPolicy') === undefined ? 'name' : 'EnrichmentPolicy';
  const given = body.own(member);
  if (given === undefined || given === null || given === '' || given === 'None') return undefined;
  if (typeof given !== 'string')
    return config.fault('EnrichmentPolicy', "must be an enrichment policy's name");
  if (!checks.policyExists('enrichment', given)) {
    body.fault(member, `names no enrichment policy: ${shorten(given)}`);
  }
  return given;
}
