import { execFile } from 'node:child_process';
import { appendFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SignedAnchor } from '../verify/index.ts';

const run = promisify(execFile);

const TIMEOUT = 30_000;

/** Where anchors go. TRUSTED for one thing only: to keep what it was given out of the server's reach. */
export interface AnchorPlace {
  /** As configured. */
  readonly name: string;
  /** Keeps one statement; must be safe to repeat. @throws when it was not kept. */
  keep(anchor: SignedAnchor): Promise<void>;
}

/** Stores an object in another S3. */
export type PutAnchorObject = (place: URL, key: string, body: Buffer) => Promise<void>;

/**
 * The place that a setting names: `file:/path` (a line each), `git:/path` (a commit each, pushed where there is a
 * remote), `s3://bucket/prefix?endpoint=…&region=…` (an object each), `https://…` (a POST each).
 */
export function openAnchorPlace(setting: string, putObject: PutAnchorObject): AnchorPlace {
  const url = new URL(setting);
  return { name: setting, keep: keeperOf(url, putObject) };
}

function keeperOf(url: URL, putObject: PutAnchorObject): AnchorPlace['keep'] {
  const path = decodeURIComponent(url.pathname);
  switch (url.protocol) {
    case 'file:':
      return (anchor) => appendLine(path, anchor);
    case 'git:':
      return (anchor) => commitLine(path, anchor);
    case 's3:':
      return (anchor) => putObject(url, objectKey(path, anchor), Buffer.from(lineOf(anchor)));
    default:
      return (anchor) => post(url, anchor);
  }
}

/** On disk when it resolves. */
async function appendLine(path: string, anchor: SignedAnchor): Promise<void> {
  const file = await open(path, 'a', 0o644);
  try {
    await file.write(lineOf(anchor));
    await file.sync();
  } finally {
    await file.close();
  }
}

async function commitLine(path: string, anchor: SignedAnchor): Promise<void> {
  const file = `${nameOf(anchor)}.ndjson`;
  const git = (...args: string[]) => run('git', ['-C', path, ...args], { timeout: TIMEOUT });
  await appendFile(join(path, file), lineOf(anchor));
  await git('add', '--', file);
  const who = ['-c', 'user.name=opentrail', '-c', 'user.email=opentrail@localhost'];
  await git(...who, 'commit', '--quiet', '-m', `anchor ${anchor.digestEnd} of ${anchor.trail}`, '--', file);
  const remotes = await git('remote');
  if (remotes.stdout.trim() !== '') await git('push', '--quiet');
}

async function post(url: URL, anchor: SignedAnchor): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(anchor),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${url.host} answered ${answer.status}`);
}

function objectKey(path: string, anchor: SignedAnchor): string {
  const prefix = path.replace(/^\/|\/$/g, '');
  const file = `${nameOf(anchor)}/${anchor.digestEnd.replaceAll(/[-:]/g, '')}.json`;
  return prefix === '' ? file : `${prefix}/${file}`;
}

/** Names of trails and Regions have no slash. */
function nameOf({ trail, account, region }: SignedAnchor): string {
  return `${trail.split(':')[3]}_${trail.split('/').at(-1)}_${account}_${region}`;
}

function lineOf(anchor: SignedAnchor): string {
  return `${JSON.stringify(anchor)}\n`;
}
