import type { RepoPath } from '../index.ts';
import { Body, type Faults, isMembers } from '../policy/index.ts';
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
  const body = new Body(json, at, faults);
  body.refuseUnknown(KNOWN);
  const member = body.own('name') === undefined ? 'repo_name' : 'name';
  const name = body.need(member, 64);
  if (name !== undefined && !NAME.test(name)) {
    body.fault(member, 'must be letters, digits and _ . - (none of . and - at its beginning)');
  }
  const paths = body.own('hiddenrepopath') === undefined ? [readPath(body)] : readPaths(body);
  const remote = readRemote(body);
  return { name: name ?? '', paths, ...(remote !== undefined && { remote }) };
}

function readPaths(body: Body): RepoPath[] {
  const list = body.list('hiddenrepopath', 10);
  if (list.length === 0) body.fault('hiddenrepopath', 'must have one path or more');
  return list.flatMap((entry, number) => {
    const each = `${body.place('hiddenrepopath')}[${number}]`;
    if (isMembers(entry)) {
      const path = new Body(entry, each, body.faults);
      path.refuseUnknown(['path', 'retention']);
      return [readPath(path)];
    }
    body.faults.add(each, 'must be an object with path and retention');
    return [];
  });
}

function readPath(body: Body): RepoPath {
  const path = body.need('path', 1_024) ?? '';
  const retentionDays = readWhole(body, 'retention', RETENTION);
  if ([undefined, null].includes(body.own('retention') as undefined)) {
    body.fault('retention', 'is mandatory');
  }
  return { path, retentionDays: retentionDays ?? 0 };
}

/** `remote_logpoint`, or the only entry of `repoha`. */
function readRemote(body: Body): string | undefined {
  const remote = readOptional(body, 'remote_logpoint', 1_024);
  const [copy] = body.list('repoha', 1);
  if (copy === undefined) return remote;
  const place = `${body.place('repoha')}[0]`;
  if (!isMembers(copy)) return body.faults.add(place, 'must be an object with ha_li');
  const inner = new Body(copy, place, body.faults);
  inner.refuseUnknown(['ha_li', 'ha_day']);
  readWhole(inner, 'ha_day', RETENTION);
  return inner.need('ha_li', 1_024);
}
