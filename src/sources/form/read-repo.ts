import type { RepoPath } from '../index.ts';
import {
  type Faults,
  inside,
  isMembers,
  type Members,
  needText,
  own,
  readList,
  refuseUnknown,
} from '../policy/index.ts';
import { readOptional, readWhole } from './read-values.ts';

/** What a form says about a repository. */
export interface RepoForm {
  readonly name: string;
  readonly paths: readonly RepoPath[];
  readonly remote?: string;
}

const KNOWN = [
  ...['name', 'repo_name', 'path', 'retention', 'remote_logpoint', 'hiddenrepopath', 'repoha'],
  ...['id', 'active', 'built_in', 'created_at', 'updated_at'],
];
/** Tables are named after repositories. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
const RETENTION = { least: 1, most: 36_500, asText: true } as const;

/**
 * Reads a repository: `repo_name`, `path`, `retention` and `remote_logpoint`, as in the log sources' table, or `name`,
 * `hiddenrepopath` and `repoha`, as the repositories' own API has it.
 */
export function readRepo(json: unknown, at: string, faults: Faults): RepoForm | undefined {
  if (!isMembers(json)) return faults.add(at, 'must be an object with repo_name, path and retention');
  refuseUnknown(json, KNOWN, at, faults);
  const member = own(json, 'name') === undefined ? 'repo_name' : 'name';
  const name = needText(json, member, at, faults, 64);
  if (name !== undefined && !NAME.test(name)) {
    faults.add(inside(at, member), 'must be letters, digits and _ . - (none of . and - at its beginning)');
  }
  const paths =
    own(json, 'hiddenrepopath') === undefined ? [readPath(json, at, faults)] : readPaths(json, at, faults);
  const remote = readRemote(json, at, faults);
  return { name: name ?? '', paths, ...(remote !== undefined && { remote }) };
}

function readPaths(json: Members, at: string, faults: Faults): RepoPath[] {
  const place = inside(at, 'hiddenrepopath');
  const list = readList(json, 'hiddenrepopath', at, faults, 10);
  if (list.length === 0) faults.add(place, 'must have one path or more');
  return list.flatMap((entry, number) => {
    const each = `${place}[${number}]`;
    if (isMembers(entry)) {
      refuseUnknown(entry, ['path', 'retention'], each, faults);
      return [readPath(entry, each, faults)];
    }
    faults.add(each, 'must be an object with path and retention');
    return [];
  });
}

function readPath(json: Members, at: string, faults: Faults): RepoPath {
  const path = needText(json, 'path', at, faults, 1_024) ?? '';
  const retentionDays = readWhole(json, 'retention', at, faults, RETENTION);
  if ([undefined, null].includes(own(json, 'retention') as undefined)) {
    faults.add(inside(at, 'retention'), 'is mandatory');
  }
  return { path, retentionDays: retentionDays ?? 0 };
}

/** `remote_logpoint`, or the only entry of `repoha`. */
function readRemote(json: Members, at: string, faults: Faults): string | undefined {
  const remote = readOptional(json, 'remote_logpoint', at, faults, 1_024);
  const [copy] = readList(json, 'repoha', at, faults, 1);
  if (copy === undefined) return remote;
  const place = `${inside(at, 'repoha')}[0]`;
  if (!isMembers(copy)) return faults.add(place, 'must be an object with ha_li');
  refuseUnknown(copy, ['ha_li', 'ha_day'], place, faults);
  readWhole(copy, 'ha_day', place, faults, RETENTION);
  return needText(copy, 'ha_li', place, faults, 1_024);
}
