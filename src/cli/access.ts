import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { SETTINGS } from '../config/index.ts';
import { type Access, type ApiClient, createApiClient } from './api-client.ts';
import { type CliContext, CliError } from './context.ts';

/** The options that say which server, and as whom. */
export interface AccessOptions {
  readonly endpoint?: string;
  readonly token?: string;
  readonly dataDir?: string;
}

/** What the server leaves in its data directory for clients on the same machine. */
export interface LocalServer {
  readonly url: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Adds the options that say which server, and as whom, to a command. */
export function withAccessOptions(command: Command): Command {
  return command
    .option(
      '--endpoint <URL>',
      "the server; else OPENTRAIL_ENDPOINT_URL, AWS_ENDPOINT_URL, the data directory's",
    )
    .option(
      '--token <TOKEN>',
      "bearer token; else OPENTRAIL_TOKEN, AWS_ACCESS_KEY_ID and its secret, the directory's keys",
    )
    .option(
      '--data-dir <PATH>',
      'data directory of a server on this machine; else OPENTRAIL_DATA_DIR, ./opentrail-data',
    );
}

/** A client for the server that the options, the environment or the data directory name. @throws CliError */
export function openApi(options: AccessOptions, context: CliContext): ApiClient {
  return createApiClient(findAccess(options, context.env), context.now);
}

/** @throws CliError when no server or no credentials can be found. */
export function findAccess(options: AccessOptions, env: CliContext['env']): Access {
  const dataDir = dataDirOf(options, env);
  const local = readLocalServer(dataDir);
  const url = options.endpoint ?? (env.OPENTRAIL_ENDPOINT_URL || env.AWS_ENDPOINT_URL || local.url);
  if (!url) throw noServer(dataDir);
  if (!URL.canParse(url))
    throw new CliError(`the endpoint ${JSON.stringify(url)} is not a URL`, { exitCode: 2 });
  const access = {
    url: url.replace(/\/+$/, ''),
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || local.region || 'us-east-1',
  };
  const token = options.token ?? env.OPENTRAIL_TOKEN;
  if (token) return { ...access, identity: { kind: 'token', token } };
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (accessKeyId && secretAccessKey) {
    return {
      ...access,
      identity: {
        kind: 'keys',
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
      },
    };
  }
  if (local.credentials) return { ...access, identity: { kind: 'keys', credentials: local.credentials } };
  throw new CliError(
    `no credentials for ${url}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, give --token, or name the server's --data-dir`,
  );
}

/** The server that runs on `dataDir`, whole. @throws CliError when there is none. */
export function mustReadLocalServer(options: AccessOptions, env: CliContext['env']): LocalServer {
  const dataDir = dataDirOf(options, env);
  const { url, region, credentials } = readLocalServer(dataDir);
  if (!url || !credentials) throw noServer(dataDir);
  return { url, region: region ?? 'us-east-1', credentials };
}

function dataDirOf(options: AccessOptions, env: CliContext['env']): string {
  return options.dataDir ?? (env.OPENTRAIL_DATA_DIR || SETTINGS.dataDir.default);
}

function noServer(dataDir: string): CliError {
  return new CliError(
    `no opentrail runs on the data directory ${dataDir}; start one with \`npm start\`, or say which with --data-dir or --endpoint`,
  );
}

function readLocalServer(dataDir: string): Partial<LocalServer> {
  const endpoint = readTexts(join(dataDir, 'endpoint.json'));
  const keys = readTexts(join(dataDir, 'root-credentials.json'));
  const accessKeyId = keys.get('accessKeyId');
  const secretAccessKey = keys.get('secretAccessKey');
  return {
    url: endpoint.get('url'),
    region: endpoint.get('region'),
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  };
}

/** The string members of a small JSON file; none when it is not there. */
function readTexts(path: string): Map<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return new Map();
    throw new CliError(`cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  try {
    const entries = Object.entries(JSON.parse(text) as object);
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch (cause) {
    throw new CliError(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
