import {
  Faults,
  inside,
  isMembers,
  type Members,
  needText,
  own,
  parseRange,
  type Read,
  readList,
  readText,
  refuseUnknown,
  shorten,
  splitPath,
} from '../policy/index.ts';
import { ENRICHED, type EnrichmentStep, type LabelledRange } from './enrichment-step.ts';
import { MAXMIND_FIELDS } from './maxmind.ts';

const MAX_STEPS = 32;
const MAX_INLINE = 10_000;
const MAX_ADD = 64;
const TYPES = ['geoip', 'asn', 'table', 'cidr', 'accounts'] as const;
type StepType = (typeof TYPES)[number];

const KNOWN: Readonly<Record<StepType, readonly string[]>> = {
  geoip: ['type', 'name', 'file', 'field', 'add'],
  asn: ['type', 'name', 'file', 'field', 'add'],
  table: ['type', 'name', 'file', 'rows', 'key', 'field', 'add'],
  cidr: ['type', 'name', 'file', 'ranges', 'field'],
  accounts: ['type', 'name', 'file', 'accounts'],
};

const NAMES: Readonly<Record<StepType, string>> = {
  ...{ geoip: 'geo', asn: 'as', table: 'table', cidr: 'network', accounts: 'account' },
};

/** Reads the steps of an enrichment policy from JSON, a list. Names all faults at once. */
export function readEnrichmentSteps(json: unknown): Read<readonly EnrichmentStep[]> {
  const faults = new Faults();
  if (!Array.isArray(json)) {
    faults.add('', 'must be a list of steps');
    return faults.finish(() => []);
  }
  if (json.length > MAX_STEPS) faults.add('', `must have at most ${MAX_STEPS} steps`);
  const names = new Set<string>();
  const steps = json.slice(0, MAX_STEPS).map((entry: unknown, number) => {
    const at = `[${number}]`;
    const step = readStep(entry, at, faults);
    if (step === undefined) return undefined;
    if (names.has(step.name)) faults.add(`${at}.name`, `is the name of an earlier step: ${step.name}`);
    names.add(step.name);
    return step;
  });
  return faults.finish(() => steps.filter((step) => step !== undefined));
}

function readStep(json: unknown, at: string, faults: Faults): EnrichmentStep | undefined {
  if (!isMembers(json)) return faults.add(at, `must be an object with a type: ${TYPES.join(', ')}`);
  const type = TYPES.find((known) => known === own(json, 'type'));
  if (type === undefined) return faults.add(`${at}.type`, `must be one of ${TYPES.join(', ')}`);
  refuseUnknown(json, KNOWN[type], at, faults);
  const name = readName(json, at, faults) ?? NAMES[type];
  switch (type) {
    case 'geoip':
    case 'asn': {
      const file = needText(json, 'file', at, faults, 255);
      if (file !== undefined) checkFile(file, ['.mmdb'], `${at}.file`, faults);
      const field = readField(json, at, faults) ?? 'sourceIPAddress';
      const add = readAdd(json, at, faults);
      for (const [number, wanted] of (add ?? []).entries()) {
        if (!MAXMIND_FIELDS.has(wanted)) {
          faults.add(`${at}.add[${number}]`, `must be one of ${[...MAXMIND_FIELDS.keys()].join(', ')}`);
        }
      }
      return { type, name, file: file ?? '', field, ...(add && { add }) };
    }
    case 'table': {
      const file = readOneOf(json, 'rows', ['.csv', '.json'], at, faults);
      const rows = readRows(json, at, faults);
      const key = readText(json, 'key', at, faults, 128);
      if (own(json, 'field') === undefined) faults.add(`${at}.field`, 'is mandatory');
      const field = readField(json, at, faults) ?? '';
      const add = readAdd(json, at, faults);
      return {
        ...{ type, name, field },
        ...(file !== undefined && { file }),
        ...(rows && { rows }),
        ...(key !== undefined && { key }),
        ...(add && { add }),
      };
    }
    case 'cidr': {
      const file = readOneOf(json, 'ranges', ['.txt', '.csv', '.list', '.netset', '.ipset'], at, faults);
      const ranges = readRanges(json, at, faults);
      const field = readField(json, at, faults) ?? 'sourceIPAddress';
      return { type, name, field, ...(file !== undefined && { file }), ...(ranges && { ranges }) };
    }
    case 'accounts': {
      const file = readOneOf(json, 'accounts', ['.csv', '.json'], at, faults);
      const accounts = readAccounts(json, at, faults);
      return { type, name, ...(file !== undefined && { file }), ...(accounts && { accounts }) };
    }
  }
}

function readName(json: Members, at: string, faults: Faults): string | undefined {
  const name = readText(json, 'name', at, faults, 32);
  if (name === undefined || /^[a-z][a-z0-9_]*$/.test(name)) return name;
  return faults.add(`${at}.name`, 'must be a small letter, then small letters, digits and _');
}

function readField(json: Members, at: string, faults: Faults): string | undefined {
  const field = readText(json, 'field', at, faults, 512);
  if (field === undefined || field.startsWith(ENRICHED) || splitPath(field) !== undefined) return field;
  return faults.add(`${at}.field`, `must be names with dots between them; got ${shorten(field)}`);
}

function readAdd(json: Members, at: string, faults: Faults): readonly string[] | undefined {
  if (own(json, 'add') === undefined) return undefined;
  const add: string[] = [];
  for (const [number, name] of readList(json, 'add', at, faults, MAX_ADD).entries()) {
    if (typeof name === 'string' && name !== '' && name.length <= 128) add.push(name);
    else faults.add(`${at}.add[${number}]`, 'must be the name of a field, 1 to 128 characters');
  }
  return add;
}

/** Either a file, or the same in the policy itself. */
function readOneOf(
  json: Members,
  other: string,
  endings: readonly string[],
  at: string,
  faults: Faults,
): string | undefined {
  const file = readText(json, 'file', at, faults, 255);
  const given = [own(json, 'file'), own(json, other)].filter((value) => value !== undefined);
  if (given.length !== 1) faults.add(`${at}.file`, `or ${other} must be given, and not both`);
  if (file !== undefined) checkFile(file, endings, `${at}.file`, faults);
  return file;
}

/** Policies come by HTTP: they name files of the enrichment directory, never any other. */
function checkFile(file: string, endings: readonly string[], at: string, faults: Faults): void {
  const names = file.split('/');
  const isPlain = names.every((name) => /^[A-Za-z0-9_][A-Za-z0-9._ -]*$/.test(name));
  if (!isPlain) faults.add(at, 'must be a path below the enrichment directory, without . and ..');
  else if (!endings.some((ending) => file.endsWith(ending))) {
    faults.add(at, `must end in ${endings.join(', ')}`);
  }
}

function readRows(
  json: Members,
  at: string,
  faults: Faults,
): ReadonlyMap<string, ReadonlyMap<string, string>> | undefined {
  const given = readObject(json, 'rows', at, faults);
  if (given === undefined) return undefined;
  const rows = new Map<string, ReadonlyMap<string, string>>();
  for (const [key, row] of given) {
    const place = inside(`${at}.rows`, shorten(key));
    if (!isMembers(row)) {
      faults.add(place, 'must be an object of fields');
      continue;
    }
    const fields = Object.entries(row);
    if (!fields.every(([, value]) => isShortText(value))) {
      faults.add(place, 'must have texts of 1 to 512 characters only');
    }
    rows.set(key, new Map(fields.map(([name, value]) => [name, String(value)])));
  }
  return rows;
}

function readAccounts(json: Members, at: string, faults: Faults): ReadonlyMap<string, string> | undefined {
  const given = readObject(json, 'accounts', at, faults);
  if (given === undefined) return undefined;
  const accounts = new Map<string, string>();
  for (const [account, name] of given) {
    const place = inside(`${at}.accounts`, shorten(account));
    if (!/^\d{12}$/.test(account)) faults.add(place, 'must be an account id of 12 digits');
    if (!isShortText(name)) faults.add(place, 'must be a name of 1 to 512 characters');
    accounts.set(account, String(name));
  }
  return accounts;
}

function readObject(
  json: Members,
  name: string,
  at: string,
  faults: Faults,
): readonly (readonly [string, unknown])[] | undefined {
  const given = own(json, name);
  if (given === undefined) return undefined;
  if (!isMembers(given)) return faults.add(`${at}.${name}`, 'must be an object');
  const entries = Object.entries(given);
  if (entries.length <= MAX_INLINE) return entries;
  return faults.add(`${at}.${name}`, `must have at most ${MAX_INLINE} members; use a file`);
}

function readRanges(json: Members, at: string, faults: Faults): readonly LabelledRange[] | undefined {
  if (own(json, 'ranges') === undefined) return undefined;
  return readList(json, 'ranges', at, faults, MAX_INLINE).flatMap((entry, number) => {
    const place = `${at}.ranges[${number}]`;
    const given = typeof entry === 'string' ? { range: entry, label: '' } : entry;
    if (!isMembers(given)) {
      faults.add(place, 'must be a range such as 10.0.0.0/8, or an object with range and label');
      return [];
    }
    refuseUnknown(given, ['range', 'label'], place, faults);
    const { range, label = '' } = given;
    if (typeof range !== 'string' || parseRange(range) === undefined) {
      faults.add(inside(place, 'range'), 'must be a range of IP addresses such as 10.0.0.0/8');
    }
    if (typeof label !== 'string' || label.length > 512) {
      faults.add(inside(place, 'label'), 'must be a text of at most 512 characters');
    }
    return [{ range: String(range), label: String(label) }];
  });
}

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 512;
}
