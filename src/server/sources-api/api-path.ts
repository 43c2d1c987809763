/** Where a request of the API goes. */
export interface ApiPath {
  readonly root: 'configapi' | 'monitorapi';
  readonly pool: string;
  readonly logpoint: string;
  /** Such as `LogSources`; singular and plural name the same, in one spelling. */
  readonly resource: string;
  readonly id?: string;
  /** What follows the id, such as `run`. */
  readonly verb?: string;
}

/** Spellings in use, by the one that answers have. */
const RESOURCES: ReadonlyMap<string, string> = new Map(
  [
    'LogSources LogSource',
    'Devices Device',
    'Charsets Charset',
    'Repos Repo',
    'RoutingPolicies RoutingPolicy',
    'NormalizationPolicies NormalizationPolicy',
    'Normalizers Normalizer CompiledNormalizers',
    'EnrichmentPolicies EnrichmentPolicy',
    'KeyRotations KeyRotation',
    'orders order',
  ].flatMap((line) => {
    const [first = '', ...others] = line.split(' ');
    return [first, ...others].map((name) => [name, first] as const);
  }),
);

const WORD = /^[A-Za-z0-9_.:-]{1,128}$/;

/** A short way for what forwards notices of new files. */
const NOTIFY = /^\/v1\/sources\/([A-Za-z0-9-]{1,128})\/(notify|sns)$/;

/** Takes a path apart; `v1` may stand after its first word. Undefined: it is none of the API's. */
export function readApiPath(path: string): ApiPath | undefined {
  const [, notified, how] = NOTIFY.exec(path) ?? [];
  if (notified !== undefined && how !== undefined) {
    return {
      root: 'configapi',
      pool: 'v1',
      logpoint: 'v1',
      resource: 'LogSources',
      id: notified,
      verb: how,
    };
  }
  const [, root, ...rest] = path.split('/');
  if (root !== 'configapi' && root !== 'monitorapi') return undefined;
  const words = (rest[0] === 'v1' ? rest.slice(1) : rest).map(decode);
  if (words.at(-1) === '') words.pop();
  if (words.length < 3 || words.length > 5 || !words.every((word) => WORD.test(word))) return undefined;
  const [pool = '', logpoint = '', name = '', id, verb] = words;
  const resource = RESOURCES.get(name);
  if (resource === undefined || (resource === 'orders') !== (root === 'monitorapi')) return undefined;
  return {
    root,
    pool,
    logpoint,
    resource,
    ...(id !== undefined && { id }),
    ...(verb !== undefined && { verb }),
  };
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return '%';
  }
}
