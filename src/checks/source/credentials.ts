import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '../../signer/index.ts';
import { CheckFailure } from '../failure.ts';
import type { OptionValues } from '../options/option-values.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the sections of an INI file of the AWS CLI; without the file there are none. */
function readSections(path: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return sections;
  }
  let current = new Map<string, string>();
  for (const line of text.split('\n')) {
    const section = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line);
    const pair = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (section) {
      current = sections.get(section[1]!) ?? new Map();
      sections.set(section[1]!, current);
    } else if (pair) current.set(pair[1]!, pair[2]!);
  }
  return sections;
}

/**
 * Keys from the options; else of the profile that is asked for; else from the environment (AWS's names, and the older
 * ones that Paws reads); else of the default profile.
 *
 * @throws CheckFailure when there are none
 */
export function findCredentials(options: OptionValues, env: Environment): Credentials {
  const given = pairOf(
    options.text('aws-access-key'),
    options.text('aws-secret-key'),
    options.text('aws-session-token'),
  );
  if (given) return given;
  const wanted = options.text('aws-profile');
  if (wanted === undefined) {
    const found = pairOf(
      options.text('aws-access-key') ?? (env.AWS_ACCESS_KEY_ID || env.AWS_ACCESS_KEY),
      options.text('aws-secret-key') ?? (env.AWS_SECRET_ACCESS_KEY || env.AWS_SECRET_KEY),
      options.text('aws-session-token') ?? env.AWS_SESSION_TOKEN,
    );
    if (found) return found;
  }
  const found = keysOfProfile(wanted ?? (env.AWS_PROFILE || 'default'), env);
  if (found) return found;
  if (wanted !== undefined) throw noKeys(wanted);
  throw new CheckFailure(
    'error: no AWS keys: give --aws-access-key and --aws-secret-key, the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --aws-profile',
  );
}

/** Keys of a section of the AWS CLI's files. @throws CheckFailure when there are none */
export function findProfile(profile: string, env: Environment): Credentials {
  const found = keysOfProfile(profile, env);
  if (found) return found;
  throw noKeys(profile);
}

function noKeys(profile: string): CheckFailure {
  return new CheckFailure(
    `error: the profile '${profile}' has no keys in ~/.aws/credentials or ~/.aws/config`,
  );
}

function keysOfProfile(profile: string, env: Environment): Credentials | undefined {
  const section = profileSection(profile, env);
  return pairOf(
    section.get('aws_access_key_id'),
    section.get('aws_secret_access_key'),
    section.get('aws_session_token'),
  );
}

function profileSection(profile: string, env: Environment): ReadonlyMap<string, string> {
  const folder = join(env.HOME || '/', '.aws');
  const both = new Map<string, string>();
  const files = [
    env.AWS_CONFIG_FILE || join(folder, 'config'),
    env.AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials'),
  ];
  for (const file of files) {
    for (const [name, value] of readSections(file).get(profile) ?? []) both.set(name, value);
  }
  return both;
}

function pairOf(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken: string | undefined,
): Credentials | undefined {
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
