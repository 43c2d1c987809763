import { Reader, type Response } from 'mmdb-lib';
import { compilePath, type FieldPath, parseAddress } from '../policy/index.ts';
import { MAX_VALUE, TableError } from './table.ts';

/** Answers what a database says of an address; undefined: nothing. */
export interface MaxMind {
  readonly kind: 'maxmind';
  /** `GeoLite2-City`, and when it was built (milliseconds). */
  readonly databaseType: string;
  readonly builtAt: number;
  find(address: string): ReadonlyMap<string, string> | undefined;
}

/**
 * Fields that are read of a database, and where they stand in it: the members of MaxMind's City, Country, ASN, ISP and
 * Anonymous IP databases. https://dev.maxmind.com/geoip/docs/databases
 */
export const MAXMIND_FIELDS: ReadonlyMap<string, string> = new Map([
  ['continent_code', 'continent.code'],
  ['country_code', 'country.iso_code'],
  ['country_name', 'country.names.en'],
  ['registered_country_code', 'registered_country.iso_code'],
  ['region_code', 'subdivisions.0.iso_code'],
  ['region_name', 'subdivisions.0.names.en'],
  ['city_name', 'city.names.en'],
  ['postal_code', 'postal.code'],
  ['latitude', 'location.latitude'],
  ['longitude', 'location.longitude'],
  ['timezone', 'location.time_zone'],
  ['as_number', 'autonomous_system_number'],
  ['as_organization', 'autonomous_system_organization'],
  ['isp', 'isp'],
  ['organization', 'organization'],
  ['connection_type', 'connection_type'],
  ['is_anonymous', 'is_anonymous'],
  ['is_anonymous_vpn', 'is_anonymous_vpn'],
  ['is_hosting_provider', 'is_hosting_provider'],
  ['is_public_proxy', 'is_public_proxy'],
  ['is_tor_exit_node', 'is_tor_exit_node'],
]);

const PATHS: readonly (readonly [string, FieldPath])[] = [...MAXMIND_FIELDS].map(([name, path]) => [
  name,
  compilePath(path.split('.')),
]);

/** Answers for addresses that were asked for lately; a trail's addresses repeat. */
const MAX_REMEMBERED = 10_000;

/**
 * Opens a MaxMind database that lies in memory.
 * @throws TableError when it is none
 */
export function openMaxMind(bytes: Buffer): MaxMind {
  const reader = openReader(bytes);
  const remembered = new Map<string, ReadonlyMap<string, string> | undefined>();
  const { databaseType, buildEpoch, ipVersion } = reader.metadata;
  return {
    kind: 'maxmind',
    databaseType: String(databaseType).slice(0, 64),
    builtAt: Number(buildEpoch),
    find(text) {
      if (remembered.has(text)) return remembered.get(text);
      const fields = look(reader, text, ipVersion);
      if (remembered.size >= MAX_REMEMBERED) {
        for (const oldest of remembered.keys()) {
          remembered.delete(oldest);
          break;
        }
      }
      remembered.set(text, fields);
      return fields;
    },
  };
}

function openReader(bytes: Buffer): Reader<Response> {
  try {
    const reader = new Reader<Response>(bytes);
    // A file cut short has its metadata at the end only by chance; one look goes through the tree.
    reader.get('1.1.1.1');
    return reader;
  } catch (error) {
    throw new TableError(`is no MaxMind database: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

/** Throws what the reader throws of a damaged entry; the caller counts. */
function look(
  reader: Reader<Response>,
  text: string,
  ipVersion: number,
): ReadonlyMap<string, string> | undefined {
  const address = parseAddress(text);
  if (address === undefined || (address.length === 4 && ipVersion === 4)) return undefined;
  const entry = reader.get(spell(address));
  if (entry === null) return undefined;
  const fields = new Map<string, string>();
  for (const [name, path] of PATHS) {
    const value = path(entry)[0];
    if (typeof value === 'string' ? value !== '' : typeof value === 'number' || typeof value === 'boolean') {
      fields.set(name, String(value).slice(0, MAX_VALUE));
    }
  }
  return fields.size > 0 ? fields : undefined;
}

/** In the one spelling that the reader takes without doubt. */
function spell(address: readonly number[]): string {
  const [first = 0] = address;
  if (address.length === 1) return [24, 16, 8, 0].map((shift) => (first >>> shift) & 255).join('.');
  return address.flatMap((word) => [word >>> 16, word & 0xffff].map((group) => group.toString(16))).join(':');
}
