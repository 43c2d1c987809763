import { environmentOf, flagOf, type Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';

type Table = typeof SETTINGS;
type ValueOf<S> = S extends Setting<infer T> ? T : never;
type WithDefault = { [K in keyof Table]: Table[K] extends { default: string } ? K : never }[keyof Table];

/** A real neighbour that is used instead of the built-in one. */
export interface Endpoint {
  readonly url: string;
  /** Absent: the SDK's own chain (environment, profile, instance role). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** All settings, checked. Durations are milliseconds, sizes bytes, paths as they were given. */
export type Config = {
  readonly [K in WithDefault]: ValueOf<Table[K]>;
} & {
  readonly [K in Exclude<keyof Table, WithDefault | 'accounts'>]?: ValueOf<Table[K]>;
} & {
  /** Accounts of which events are taken; always holds `accountId`. */
  readonly accounts: 'any' | readonly string[];
  /** Log sources of the config file, as they stand there: the room of sources reads them. */
  readonly sources?: readonly unknown[];
  /** What sources name, in the same way. */
  readonly repos?: readonly unknown[];
  readonly normalizers?: readonly unknown[];
  readonly normalizationPolicies?: readonly unknown[];
  readonly enrichmentPolicies?: readonly unknown[];
  readonly routingPolicies?: readonly unknown[];
  /** Destinations of forwarded events, in the same way. */
  readonly forwards?: readonly unknown[];
  readonly endpoints: {
    readonly s3?: Endpoint;
    readonly sns?: Endpoint;
    readonly kms?: Endpoint;
    readonly events?: Endpoint;
  };
};

/** A setting is wrong; the message says which, what was expected, what was given and where. */
export class ConfigError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigError';
  }
}

interface Given {
  readonly text: string;
  /** For people: `flag --port`, `environment variable OPENTRAIL_PORT`, `file /etc/opentrail.json`. */
  readonly where: string;
}

/**
 * Reads the settings: a flag wins over the environment, that over the config file, that over the default. `flags` is
 * keyed by setting name and may hold `config`, the file's path (also `OPENTRAIL_CONFIG`).
 * @throws ConfigError
 */
export function readConfig(sources: {
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}): Config {
  const { env } = sources;
  const flags = new Map(Object.entries(sources.flags));
  const file = readConfigFile(flags.get('config') ?? env.OPENTRAIL_CONFIG, sources.readFile);
  const values = new Map<string, unknown>();
  for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const given = find(name, flags, env, file.values);
    if (given !== undefined) values.set(name, check(name, setting, given));
    else if (setting.default !== undefined) values.set(name, setting.type.read(setting.default));
  }
  const config = Object.fromEntries(values) as unknown as Config;
  checkTogether(config);
  return Object.freeze({
    ...config,
    accounts: accountsOf(config),
    endpoints: endpointsOf(config),
    ...(file.lists.size > 0 && Object.fromEntries(file.lists)),
  });
}

function find(
  name: string,
  flags: ReadonlyMap<string, string | boolean | undefined>,
  env: Readonly<Record<string, string | undefined>>,
  file: ReadonlyMap<string, Given>,
): Given | undefined {
  const flag = flags.get(name);
  if (flag !== undefined) return { text: String(flag), where: `flag ${flagOf(name)}` };
  const variable = environmentOf(name);
  // An empty variable is how shells and unit files say "not set".
  if (env[variable]) return { text: env[variable], where: `environment variable ${variable}` };
  return file.get(name);
}

function check(name: string, setting: Setting<unknown>, given: Given): unknown {
  const value = setting.type.read(given.text);
  if (value !== undefined) return value;
  const shown =
    setting.environmentOnly || setting.mayHoldSecret ? 'another text' : JSON.stringify(given.text);
  throw new ConfigError(`${name}: expected ${setting.type.expected}, found ${shown} (${given.where})`);
}

/** What only the config file can hold: whole objects, which their rooms read. */
const LISTS: ReadonlySet<string> = new Set([
  ...['forwards', 'sources', 'repos', 'normalizers'],
  ...['normalizationPolicies', 'enrichmentPolicies', 'routingPolicies'],
]);

interface ConfigFile {
  readonly values: ReadonlyMap<string, Given>;
  readonly lists: ReadonlyMap<string, readonly unknown[]>;
}

function readConfigFile(path: string | boolean | undefined, readFile: (path: string) => string): ConfigFile {
  const values = new Map<string, Given>();
  const lists = new Map<string, readonly unknown[]>();
  if (typeof path !== 'string' || path === '') return { values, lists };
  const where = `file ${path}`;
  for (const [name, value] of flatten(parseFile(path, readFile))) {
    if (LISTS.has(name)) {
      if (!Array.isArray(value)) throw new ConfigError(`${name}: expected a list of objects (${where})`);
      lists.set(name, value);
      continue;
    }
    const setting = Object.hasOwn(SETTINGS, name) && (SETTINGS as Record<string, Setting<unknown>>)[name];
    if (!setting) throw new ConfigError(`unknown setting ${JSON.stringify(name)} (${where})`);
    if (setting.environmentOnly) {
      throw new ConfigError(`${name} is a secret: set ${environmentOf(name)} instead (${where})`);
    }
    const text = Array.isArray(value) ? value.join(',') : value;
    if (!['string', 'number', 'boolean'].includes(typeof text)) {
      throw new ConfigError(
        `${name}: expected ${setting.type.expected}, found ${JSON.stringify(value)} (${where})`,
      );
    }
    values.set(name, { text: String(text), where });
  }
  return { values, lists };
}

function parseFile(path: string, readFile: (path: string) => string): object {
  let text: string;
  try {
    text = readFile(path);
  } catch (cause) {
    throw new ConfigError(`cannot read the config file ${path}: ${(cause as Error).message}`, { cause });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new ConfigError(`the config file ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  throw new ConfigError(`the config file ${path} must hold one JSON object`);
}

/** `{"endpoints":{"s3":…}}` is another way to write `{"endpointS3":…}`. */
function* flatten(file: object): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(file)) {
    if (name !== 'endpoints' || typeof value !== 'object' || value === null) yield [name, value];
    else {
      for (const [service, url] of Object.entries(value)) {
        yield [`endpoint${service.charAt(0).toUpperCase()}${service.slice(1)}`, url];
      }
    }
  }
}

function checkTogether(config: Config): void {
  bothOrNone(config, 'tlsKey', 'tlsCert');
  bothOrNone(config, 'rootAccessKeyId', 'rootSecretAccessKey');
  if (!isLoopback(config.host) && !config.tlsKey && !config.allowPlainHttp) {
    throw new ConfigError(
      `host: ${config.host} is not a loopback address, and plain HTTP would show credentials and events to the network; ` +
        'give --tls-key and --tls-cert, or --allow-plain-http if a proxy in front adds TLS',
    );
  }
}

function bothOrNone(config: Config, one: keyof Config, other: keyof Config): void {
  if ((config[one] === undefined) === (config[other] === undefined)) return;
  const [there, missing] = config[one] === undefined ? [other, one] : [one, other];
  throw new ConfigError(`${there} is set but ${missing} is not: give both or none`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function accountsOf(config: { readonly accountId: string; readonly accounts?: 'any' | readonly string[] }) {
  if (config.accounts === 'any') return 'any';
  return [...new Set([config.accountId, ...(config.accounts ?? [])])];
}

function endpointsOf(config: Config): Config['endpoints'] {
  return {
    ...(config.endpointS3 && {
      s3: endpointOf(config.endpointS3, config.endpointS3AccessKeyId, config.endpointS3SecretAccessKey),
    }),
    ...(config.endpointSns && {
      sns: endpointOf(config.endpointSns, config.endpointSnsAccessKeyId, config.endpointSnsSecretAccessKey),
    }),
    ...(config.endpointKms && {
      kms: endpointOf(config.endpointKms, config.endpointKmsAccessKeyId, config.endpointKmsSecretAccessKey),
    }),
    ...(config.endpointEvents && {
      events: endpointOf(
        config.endpointEvents,
        config.endpointEventsAccessKeyId,
        config.endpointEventsSecretAccessKey,
      ),
    }),
  };
}

function endpointOf(url: string, accessKeyId?: string, secretAccessKey?: string): Endpoint {
  return accessKeyId && secretAccessKey ? { url, credentials: { accessKeyId, secretAccessKey } } : { url };
}
