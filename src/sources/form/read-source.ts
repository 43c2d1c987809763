import { charsetNamed, type FetchSettings, type LogSource, type RoutingRef } from '../index.ts';
import { type Body, Faults, inside, isMembers, type Read, shorten } from '../policy/index.ts';
import { readRoutingRules } from '../route/index.ts';
import type { FormChecks } from './checks.ts';
import { type ConnectorForm, readConnector } from './read-connector.ts';
import { isTimezone } from './read-date.ts';
import { readEnrichmentRef, readNormalization } from './read-processing.ts';
import { type RepoForm, readRepo } from './read-repo.ts';
import { openData, readOptional, readSwitch, readWhole } from './read-values.ts';

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
  const body = openData(data, faults);
  if (!body) return faults.finish((): SourceForm => unreachable());
  body.refuseUnknown(KNOWN);
  const name = readName(body);
  const type = body.need('type');
  if (type !== undefined && type !== 'S3Fetcher')
    body.fault('type', `must be S3Fetcher; got ${shorten(type)}`);
  const about = readAbout(body);
  const active = readSwitch(body, 'active') ?? true;
  const config = body.needBody('config');
  if (!config) return faults.finish((): SourceForm => unreachable());
  config.refuseUnknown(CONFIG);
  const fetch = readFetch(config);
  const timezone = fetch && isTimezone(fetch.timezone) ? fetch.timezone : 'UTC';
  const connector = readConnector(config, timezone, checks);
  const routing = readRouting(config, checks);
  const normalization = readNormalization(config, checks);
  const enrichmentPolicy = readEnrichmentRef(config, checks);
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
export function readName(body: Body, member = 'name'): string | undefined {
  const name = body.need(member, 128);
  if (name === undefined || !/^\s|\s$|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return name;
  return body.fault(member, 'must not begin or end with a space, nor hold control characters');
}

function readAbout(body: Body) {
  const vendorName = readOptional(body, 'vendor_name', 128);
  const logo = readOptional(body, 'logo', 1 << 20);
  // A browser's data: URL in front is common, and no harm.
  const image = logo?.replace(/^data:image\/[a-z.+-]{1,32};base64,/, '');
  if (
    image !== undefined &&
    (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(image) || image.replace(/\s/g, '').length % 4 !== 0)
  ) {
    body.fault('logo', 'must be an image in Base64');
  }
  const description = readOptional(body, 'description', 4_096);
  const documentationLink = readOptional(body, 'documentation_link', 2_048);
  if (documentationLink !== undefined && !/^https?:\/\/[^\s<>"]+$/i.test(documentationLink)) {
    body.fault('documentation_link', 'must be an http:// or https:// address');
  }
  const templateVid = readOptional(body, 'template_vid', 128);
  const dcMetadata = body.own('dc_metadata') ?? undefined;
  if (dcMetadata !== undefined && !isMembers(dcMetadata)) body.fault('dc_metadata', 'must be an object');
  else if (dcMetadata !== undefined && JSON.stringify(dcMetadata).length > MAX_METADATA) {
    body.fault('dc_metadata', `must have at most ${MAX_METADATA} characters`);
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

function readFetch(config: Body): FetchSettings | undefined {
  const body = config.needBody('Source');
  if (!body) return undefined;
  body.refuseUnknown(['name', 'interval', 'charset', 'timezone']);
  const name = readName(body);
  const interval = readWhole(body, 'interval', { least: 1, most: MAX_INTERVAL });
  if ([undefined, null].includes(body.own('interval') as undefined)) {
    body.fault('interval', 'is mandatory');
  }
  const charsetText = body.need('charset', 64);
  const charset = charsetText === undefined ? undefined : charsetNamed(charsetText);
  if (charsetText !== undefined && charset === undefined) {
    body.fault('charset', `is not in the list of Charsets; got ${shorten(charsetText)}`);
  }
  const timezone = body.need('timezone', 64);
  if (timezone !== undefined && !isTimezone(timezone)) {
    body.fault('timezone', `must be a time zone such as UTC or Europe/Paris; got ${shorten(timezone)}`);
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
  config: Body,
  checks: FormChecks,
): { readonly routing: RoutingRef; readonly repos: readonly RepoForm[] } | undefined {
  const body = config.needBody('RoutingPolicy');
  if (!body) return undefined;
  const { at, faults } = body;
  const repos = body
    .list('repos', 100)
    .map((entry, number) => readRepo(entry, `${at}.repos[${number}]`, faults));
  const made = repos.filter((repo) => repo !== undefined);
  const policy = readOptional(body, 'policy', 128);
  if (policy !== undefined) {
    body.refuseUnknown(['policy', 'repos']);
    if (!checks.policyExists('routing', policy)) {
      body.fault('policy', `names no routing policy: ${shorten(policy)}`);
    }
    return { routing: { kind: 'policy', name: policy }, repos: made };
  }
  const repoExists = (name: string) => checks.repoExists(name) || made.some((repo) => repo.name === name);
  const read = readRoutingRules(body.members, { repoExists }, ['repos']);
  if (read.kind === 'refused') {
    for (const fault of read.faults) faults.add(fault.at === '' ? at : inside(at, fault.at), fault.message);
  }
  const { repos: _made, ...rules } = body.members;
  return { routing: { kind: 'inline', rules }, repos: made };
}

function unreachable(): never {
  throw new Error('a form with faults was taken for one without');
}
