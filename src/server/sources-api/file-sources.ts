import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { readSource } from '../../sources/form/index.ts';
import type { LogSource } from '../../sources/index.ts';
import { type Fault, isMembers } from '../../sources/policy/index.ts';
import { StartError } from '../start-error.ts';
import { apply } from './actions.ts';
import { sourceOf } from './log-sources.ts';
import { formChecks, type SourcesRooms } from './sources-house.ts';

/** Members of a form that hold secrets, with the way to them. */
const SECRETS: readonly (readonly string[])[] = [
  ['config', 'Connector', 'secret_key'],
  ['config', 'Connector', 'session_token'],
  ['config', 'Connector', 'password'],
  ['config', 'Connector', 'enable_proxy', 'password'],
];

/**
 * Makes or changes the sources that the config file names, by name: each entry is the `data` of the API's request. A
 * secret stands in the environment or in a file, never in the config file itself: `{"env":"NAME"}`, `{"file":"/path"}`.
 * One that was in the file before and is no longer goes on as if the API had made it. @throws StartError naming all faults
 */
export async function applyFileSources(
  entries: readonly unknown[],
  rooms: SourcesRooms,
  world: { readonly env: Readonly<Record<string, string | undefined>>; readonly log: Logger },
): Promise<void> {
  const faults: string[] = [];
  const forms = entries.map((entry, number) => {
    const places: Fault[] = [];
    const data = withSecrets(entry, world.env, places);
    const name = isMembers(data) && typeof data.name === 'string' ? data.name : undefined;
    const current = name === undefined ? undefined : rooms.sources.find(name);
    const read = readSource(data, formChecks(rooms, current));
    if (read.kind === 'refused') places.push(...read.faults);
    faults.push(...places.map(({ at, message }) => `sources[${number}].${at} ${message}`));
    return read.kind === 'read' ? { form: read.policy, current } : undefined;
  });
  const names = forms.flatMap((one) => (one ? [one.form.name] : []));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) faults.push(`sources has two entries named ${JSON.stringify(twice)}`);
  if (faults.length > 0) throw new StartError(`the config file's sources are wrong: ${faults.join('; ')}`);
  for (const one of forms) {
    if (!one) continue;
    const { form, current } = one;
    const time = rooms.now();
    const own = current ?? { id: randomUUID(), createdAt: time };
    const source = sourceOf(form, { id: own.id, createdAt: own.createdAt, updatedAt: time, origin: 'file' });
    const { secrets, keep, repos } = form;
    await apply({ op: 'put-source', isNew: !current, source, secrets, keep, repos, check: false }, rooms);
    world.log.info(`the log source ${source.name} is from the config file`);
  }
  for (const source of rooms.sources.list().filter(({ origin }) => origin === 'file')) {
    if (names.includes(source.name)) continue;
    await rooms.sources.update(source.id, (now): LogSource => ({ ...now, origin: 'api' }));
    world.log.warn(
      `the log source ${source.name} is no longer in the config file; it goes on: remove it with opentrail sources remove`,
    );
  }
}

/** The same entry with its secrets in place. */
function withSecrets(
  entry: unknown,
  env: Readonly<Record<string, string | undefined>>,
  faults: Fault[],
): unknown {
  const copy: unknown = structuredClone(entry);
  for (const way of SECRETS) {
    const name = way.at(-1)!;
    const place = way
      .slice(0, -1)
      .reduce((at: unknown, step) => (isMembers(at) ? at[step] : undefined), copy);
    if (!isMembers(place) || place[name] === undefined) continue;
    const secret = readSecret(place[name], env);
    if (typeof secret === 'string') Object.assign(place, { [name]: secret });
    else {
      faults.push({ at: way.join('.'), message: secret.fault });
      Object.assign(place, { [name]: 'unknown' });
    }
  }
  return copy;
}

function readSecret(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): string | { readonly fault: string } {
  if (isMembers(value) && typeof value.env === 'string') {
    return env[value.env] || { fault: `is to be in the environment variable ${value.env}, which is not set` };
  }
  if (isMembers(value) && typeof value.file === 'string') {
    try {
      return readFileSync(value.file, 'utf8').trimEnd();
    } catch (error) {
      return { fault: `cannot be read: ${(error as Error).message}` };
    }
  }
  return { fault: 'must be {"env": NAME} or {"file": PATH}: a config file holds no secrets' };
}
