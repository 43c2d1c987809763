import { EcsFlat, EcsVersion } from '@elastic/ecs';

/** A field of the published schema. */
interface EcsField {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly allowed_values?: readonly {
    readonly name: string;
    readonly expected_event_types?: readonly string[];
  }[];
}

const FIELDS: ReadonlyMap<string, EcsField> = new Map(
  Object.entries(EcsFlat as unknown as Readonly<Record<string, EcsField>>),
);

/** The version of the schema that is checked against. */
export const SCHEMA_VERSION: string = EcsVersion;

/** Fields of our own stand below this name; the schema knows none there. */
const OWN = 'aws.';

/** What is wrong with a document: fields that the schema does not have, values of other types, values that it does not allow. */
export function ecsProblems(document: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  if (document['@timestamp'] === undefined) problems.push('@timestamp is missing');
  visit('', document, problems);
  return [...problems, ...kindProblems(document)];
}

function visit(name: string, value: unknown, problems: string[]): void {
  if (name.startsWith(OWN)) return;
  const field = FIELDS.get(name);
  if (field !== undefined && field.type !== 'object' && field.type !== 'nested') {
    check(name, field, value, problems);
  } else if (name.startsWith('labels.')) {
    if (typeof value !== 'string') problems.push(`${name} is no keyword`);
  } else if (isObject(value)) {
    for (const [member, inner] of Object.entries(value))
      visit(name ? `${name}.${member}` : member, inner, problems);
  } else problems.push(`${name} is not in the schema`);
}

function check(name: string, field: EcsField, value: unknown, problems: string[]): void {
  const isList = Array.isArray(value);
  if (isList !== field.normalize.includes('array')) problems.push(`${name}: ${isList ? 'a' : 'no'} list`);
  for (const one of isList ? (value as unknown[]) : [value]) {
    if (!fits(field.type, one)) problems.push(`${name} is no ${field.type}: ${JSON.stringify(one)}`);
    const allowed = field.allowed_values?.map((entry) => entry.name);
    if (allowed?.length && !allowed.includes(String(one))) problems.push(`${name} may not be ${String(one)}`);
  }
}

const IP = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/;

function fits(type: string, value: unknown): boolean {
  switch (type) {
    case 'date':
      return typeof value === 'string' && new Date(value).toISOString() === value;
    case 'ip':
      return typeof value === 'string' && IP.test(value);
    case 'long':
    case 'integer':
      return Number.isInteger(value);
    case 'float':
    case 'scaled_float':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'geo_point':
      return isObject(value) && typeof value.lat === 'number' && typeof value.lon === 'number';
    case 'keyword':
    case 'constant_keyword':
    case 'wildcard':
    case 'match_only_text':
    case 'text':
      return typeof value === 'string' && value !== '';
    default:
      return false;
  }
}

/** `event.type` must be expected of one of the `event.category`. */
function kindProblems({ event }: Readonly<Record<string, unknown>>): string[] {
  if (!isObject(event)) return ['event is missing'];
  const [categories, types] = [event.category, event.type] as [string[], string[]];
  const entries = FIELDS.get('event.category')?.allowed_values ?? [];
  const expected = entries
    .filter(({ name }) => categories.includes(name))
    .flatMap((entry) => entry.expected_event_types ?? []);
  return types
    .filter((type) => !expected.includes(type))
    .map((type) => `event.type ${type} of ${categories.join()}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
