import { charsetNamed, type FetchSettings, type LogSource, type RoutingRef } from '../index.ts';
import {
  Faults,
  inside,
  isMembers,
  type Members,
  needText,
  own,
  type Read,
  readList,
  refuseUnknown,
  shorten,
} from '../policy/index.ts';
import { readRoutingRules } from '../route/index.ts';
import type { FormChecks } from './checks.ts';
import { type ConnectorForm, readConnector } from './read-connector.ts';
import { isTimezone } from './read-date.ts';
import { readEnrichmentRef, readNormalization } from './read-processing.ts';
import { type RepoForm, readRepo } from './read-repo.ts';
import { readOptional, readSwitch, readWhole } from './read-values.ts';

/** What a form says about a source; what is not in a form (id, times, origin) is its keeper's. */
export type SourceForm = Omit<LogSource, 'id' | 'connector' | 'origin' | 'createdAt' | 'updatedAt'> &
  ConnectorForm & {
    /** Repositories that the form asks for beside the source. */
    readonly repos: readonly RepoForm[];
  };

const KNOWN = [
  ...[
    'name',
    'type',
    'vendor_name',
    'logo',
    'description',
    'documentation_link',
    'template_vid',
    'dc_metadata',
  ],
  // Answered by GET, so that what was read can be sent back.
  ...['config', 'id', 'active', 'origin', 'created_at', 'updated_at'],
];
const CONFIG = ['Source', 'Connector', 'RoutingPolicy', 'NormalizationPolicy', 'EnrichmentPolicy'];
/** A month: nobody waits longer on purpose. */
const MAX_INTERVAL = 44_640;
const MAX_METADATA = 100_000;

/** Reads the `data` of a request, and names all that is wrong with it at once. */
export function readSource(data: unknown, checks: FormChecks): Read<SourceForm> {
  const faults = new Faults();
  if (!isMembers(data)) {
    faults.add('data', data === undefined || data === null ? 'is mandatory' : 'must be an object');
    return faults.finish((): SourceForm => unreachable());
  }
  refuseUnknown(data, KNOWN, '', faults);
  const name = readName(data, '', faults);
  const type = needText(data, 'type', '', faults);
  if (type !== undefined && type !== 'S3Fetcher')
    faults.add('type', `must be S3Fetcher; got ${shorten(type)}`);
  const about = readAbout(data, faults);
  const active = readSwitch(data, 'active', '', faults) ?? true;
  const config = own(data, 'config');
  if (!isMembers(config)) {
    faults.add('config', config === undefined || config === null ? 'is mandatory' : 'must be an object');
    return faults.finish((): SourceForm => unreachable());
  }
  refuseUnknown(config, CONFIG, 'config', faults);
  const fetch = readFetch(own(config, 'Source'), faults);
  const timezone = fetch && isTimezone(fetch.timezone) ? fetch.timezone : 'UTC';
  const connector = readConnector(own(config, 'Connector'), timezone, faults, checks);
  const routing = readRouting(own(config, 'RoutingPolicy'), faults, checks);
  const normalization = readNormalization(own(config, 'NormalizationPolicy'), faults, checks);
  const enrichmentPolicy = readEnrichmentRef(own(config, 'EnrichmentPolicy'), faults, checks);
  return faults.finish(() => ({
    name: name!,
    type: 'S3Fetcher' as const,
    ...about,
    fetch: fetch!,
    ...connector!,
    ...routing!,
    ...normalization!,
    ...(enrichmentPolicy !== undefined && { enrichmentPolicy }),
    paused: !active,
  }));
}

/** A name that people see: 1 to 128 characters, none of them invisible. */
export function readName(members: Members, at: string, faults: Faults, member = 'name'): string | undefined {
  const name = needText(members, member, at, faults, 128);
  if (name === undefined || !/^\s|\s$|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return name;
  return faults.add(inside(at, member), 'must not begin or end with a space, nor hold control characters');
}

function readAbout(data: Members, faults: Faults) {
  const vendorName = readOptional(data, 'vendor_name', '', faults, 128);
  const logo = readOptional(data, 'logo', '', faults, 1 << 20);
  // A browser's data: URL in front is common, and no harm.
  const image = logo?.replace(/^data:image\/[a-z.+-]{1,32};base64,/, '');
  if (
    image !== undefined &&
    (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(image) || image.replace(/\s/g, '').length % 4 !== 0)
  ) {
    faults.add('logo', 'must be an image in Base64');
  }
  const description = readOptional(data, 'description', '', faults, 4_096);
  const documentationLink = readOptional(data, 'documentation_link', '', faults, 2_048);
  if (documentationLink !== undefined && !/^https?:\/\/[^\s<>"]+$/i.test(documentationLink)) {
    faults.add('documentation_link', 'must be an http:// or https:// address');
  }
  const templateVid = readOptional(data, 'template_vid', '', faults, 128);
  const dcMetadata = own(data, 'dc_metadata') ?? undefined;
  if (dcMetadata !== undefined && !isMembers(dcMetadata)) faults.add('dc_metadata', 'must be an object');
  else if (dcMetadata !== undefined && JSON.stringify(dcMetadata).length > MAX_METADATA) {
    faults.add('dc_metadata', `must have at most ${MAX_METADATA} characters`);
  }
  return {
    ...(vendorName !== undefined && { vendorName }),
    ...(logo !== undefined && { logo }),
    ...(description !== undefined && { description }),
    ...(documentationLink !== undefined && { documentationLink }),
    ...(templateVid !== undefined && { templateVid }),
    ...(dcMetadata !== undefined && { dcMetadata }),
  };
}

function readFetch(json: unknown, faults: Faults): FetchSettings | undefined {
  const at = 'config.Source';
  if (json === undefined || json === null) return faults.add(at, 'is mandatory');
  if (!isMembers(json)) return faults.add(at, 'must be an object');
  refuseUnknown(json, ['name', 'interval', 'charset', 'timezone'], at, faults);
  const name = readName(json, at, faults);
  const interval = readWhole(json, 'interval', at, faults, { least: 1, most: MAX_INTERVAL });
  if ([undefined, null].includes(own(json, 'interval') as undefined)) {
    faults.add(inside(at, 'interval'), 'is mandatory');
  }
  const charsetText = needText(json, 'charset', at, faults, 64);
  const charset = charsetText === undefined ? undefined : charsetNamed(charsetText);
  if (charsetText !== undefined && charset === undefined) {
    faults.add(inside(at, 'charset'), `is not in the list of Charsets; got ${shorten(charsetText)}`);
  }
  const timezone = needText(json, 'timezone', at, faults, 64);
  if (timezone !== undefined && !isTimezone(timezone)) {
    faults.add(
      inside(at, 'timezone'),
      `must be a time zone such as UTC or Europe/Paris; got ${shorten(timezone)}`,
    );
  }
  return {
    name: name ?? '',
    intervalMinutes: interval ?? 0,
    charset: charset ?? 'utf_8',
    timezone: timezone ?? 'UTC',
  };
}

/** `RoutingPolicy`: rules, a stored policy by its name (`policy`, ours), and repositories to make (`repos`, our reading). */
function readRouting(
  json: unknown,
  faults: Faults,
  checks: FormChecks,
): { readonly routing: RoutingRef; readonly repos: readonly RepoForm[] } | undefined {
  const at = 'config.RoutingPolicy';
  if (json === undefined || json === null) return faults.add(at, 'is mandatory');
  if (!isMembers(json)) return faults.add(at, 'must be an object');
  const repos = readList(json, 'repos', at, faults, 100).map((entry, number) =>
    readRepo(entry, `${at}.repos[${number}]`, faults),
  );
  const made = repos.filter((repo) => repo !== undefined);
  const policy = readOptional(json, 'policy', at, faults, 128);
  if (policy !== undefined) {
    refuseUnknown(json, ['policy', 'repos'], at, faults);
    if (!checks.policyExists('routing', policy)) {
      faults.add(inside(at, 'policy'), `names no routing policy: ${shorten(policy)}`);
    }
    return { routing: { kind: 'policy', name: policy }, repos: made };
  }
  const repoExists = (name: string) => checks.repoExists(name) || made.some((repo) => repo.name === name);
  const read = readRoutingRules(json, { repoExists }, ['repos']);
  if (read.kind === 'refused') {
    for (const fault of read.faults) faults.add(fault.at === '' ? at : inside(at, fault.at), fault.message);
  }
  const { repos: _made, ...rules } = json;
  return { routing: { kind: 'inline', rules }, repos: made };
}

function unreachable(): never {
  throw new Error('a form with faults was taken for one without');
}
