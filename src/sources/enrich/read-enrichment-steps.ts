import {
  Body,
  Faults,
  inside,
  isMembers,
  parseRange,
  type Read,
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
  const body = new Body(json, at, faults);
  const type = TYPES.find((known) => known === body.own('type'));
  if (type === undefined) return body.fault('type', `must be one of ${TYPES.join(', ')}`);
  body.refuseUnknown(KNOWN[type]);
  const name = readName(body) ?? NAMES[type];
  switch (type) {
    case 'geoip':
    case 'asn': {
      const file = body.need('file', 255);
      if (file !== undefined) checkFile(body, file, ['.mmdb']);
      const field = readField(body) ?? 'sourceIPAddress';
      const add = readAdd(body);
      for (const [number, wanted] of (add ?? []).entries()) {
        if (!MAXMIND_FIELDS.has(wanted)) {
          body.fault(`add[${number}]`, `must be one of ${[...MAXMIND_FIELDS.keys()].join(', ')}`);
        }
      }
      return { type, name, file: file ?? '', field, ...(add && { add }) };
    }
    case 'table': {
      const file = readOneOf(body, 'rows', ['.csv', '.json']);
      const rows = readRows(body);
      const key = body.text('key', 128);
      if (body.own('field') === undefined) body.fault('field', 'is mandatory');
      const field = readField(body) ?? '';
      const add = readAdd(body);
      return {
        ...{ type, name, field },
        ...(file !== undefined && { file }),
        ...(rows && { rows }),
        ...(key !== undefined && { key }),
        ...(add && { add }),
      };
    }
    case 'cidr': {
      const file = readOneOf(body, 'ranges', ['.txt', '.csv', '.list', '.netset', '.ipset']);
      const ranges = readRanges(body);
      const field = readField(body) ?? 'sourceIPAddress';
      return { type, name, field, ...(file !== undefined && { file }), ...(ranges && { ranges }) };
    }
    case 'accounts': {
      const file = readOneOf(body, 'accounts', ['.csv', '.json']);
      const accounts = readAccounts(body);
      return { type, name, ...(file !== undefined && { file }), ...(accounts && { accounts }) };
    }
  }
}

function readName(body: Body): string | undefined {
  const name = body.text('name', 32);
  if (name === undefined || /^[a-z][a-z0-9_]*$/.test(name)) return name;
  return body.fault('name', 'must be a small letter, then small letters, digits and _');
}

function readField(body: Body): string | undefined {
  const field = body.text('field', 512);
  if (field === undefined || field.startsWith(ENRICHED) || splitPath(field) !== undefined) return field;
  return body.fault('field', `must be names with dots between them; got ${shorten(field)}`);
}

function readAdd(body: Body): readonly string[] | undefined {
  if (body.own('add') === undefined) return undefined;
  const add: string[] = [];
  for (const [number, name] of body.list('add', MAX_ADD).entries()) {
    if (typeof name === 'string' && name !== '' && name.length <= 128) add.push(name);
    else body.fault(`add[${number}]`, 'must be the name of a field, 1 to 128 characters');
  }
  return add;
}

/** Either a file, or the same in the policy itself. */
function readOneOf(body: Body, other: string, endings: readonly string[]): string | undefined {
  const file = body.text('file', 255);
  const given = [body.own('file'), body.own(other)].filter((value) => value !== undefined);
  if (given.length !== 1) body.fault('file', `or ${other} must be given, and not both`);
  if (file !== undefined) checkFile(body, file, endings);
  return file;
}

/** Policies come by HTTP: they name files of the enrichment directory, never any other. */
function checkFile(body: Body, file: string, endings: readonly string[]): void {
  const names = file.split('/');
  const isPlain = names.every((name) => /^[A-Za-z0-9_][A-Za-z0-9._ -]*$/.test(name));
  if (!isPlain) body.fault('file', 'must be a path below the enrichment directory, without . and ..');
  else if (!endings.some((ending) => file.endsWith(ending))) {
    body.fault('file', `must end in ${endings.join(', ')}`);
  }
}

function readRows(body: Body): ReadonlyMap<string, ReadonlyMap<string, string>> | undefined {
  const given = readObject(body, 'rows');
  if (given === undefined) return undefined;
  const rows = new Map<string, ReadonlyMap<string, string>>();
  for (const [key, row] of given) {
    const place = inside(body.place('rows'), shorten(key));
    if (!isMembers(row)) {
      body.faults.add(place, 'must be an object of fields');
      continue;
    }
    const fields = Object.entries(row);
    if (!fields.every(([, value]) => isShortText(value))) {
      body.faults.add(place, 'must have texts of 1 to 512 characters only');
    }
    rows.set(key, new Map(fields.map(([name, value]) => [name, String(value)])));
  }
  return rows;
}

function readAccounts(body: Body): ReadonlyMap<string, string> | undefined {
  const given = readObject(body, 'accounts');
  if (given === undefined) return undefined;
  const accounts = new Map<string, string>();
  for (const [account, name] of given) {
    const place = inside(body.place('accounts'), shorten(account));
    if (!/^\d{12}$/.test(account)) body.faults.add(place, 'must be an account id of 12 digits');
    if (!isShortText(name)) body.faults.add(place, 'must be a name of 1 to 512 characters');
    accounts.set(account, String(name));
  }
  return accounts;
}

function readObject(body: Body, name: string): readonly (readonly [string, unknown])[] | undefined {
  const given = body.own(name);
  if (given === undefined) return undefined;
  if (!isMembers(given)) return body.fault(name, 'must be an object');
  const entries = Object.entries(given);
  if (entries.length <= MAX_INLINE) return entries;
  return body.fault(name, `must have at most ${MAX_INLINE} members; use a file`);
}

function readRanges(body: Body): readonly LabelledRange[] | undefined {
  if (body.own('ranges') === undefined) return undefined;
  return body.list('ranges', MAX_INLINE).flatMap((entry, number) => {
    const place = `${body.place('ranges')}[${number}]`;
    const given = typeof entry === 'string' ? { range: entry, label: '' } : entry;
    if (!isMembers(given)) {
      body.faults.add(place, 'must be a range such as 10.0.0.0/8, or an object with range and label');
      return [];
    }
    const labelled = new Body(given, place, body.faults);
    labelled.refuseUnknown(['range', 'label']);
    const { range, label = '' } = given;
    if (typeof range !== 'string' || parseRange(range) === undefined) {
      labelled.fault('range', 'must be a range of IP addresses such as 10.0.0.0/8');
    }
    if (typeof label !== 'string' || label.length > 512) {
      labelled.fault('label', 'must be a text of at most 512 characters');
    }
    return [{ range: String(range), label: String(label) }];
  });
}

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 512;
}
