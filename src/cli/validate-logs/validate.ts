import { readFile } from 'node:fs/promises';
import type { Worker } from 'node:worker_threads';
import { InvalidArgumentError } from 'commander';
import {
  createLogInspector,
  NoPublicKeys,
  type PublicKey,
  readPublicKeys,
  verifyChain,
} from '../../digest/verify/index.ts';
import { type CliContext, CliError } from '../context.ts';
import { readTime } from '../time.ts';
import { createJsonReport } from './json-report.ts';
import { openReader } from './open-reader.ts';
import { loadAnchors } from './read-anchors.ts';
import { hasErrors } from './report.ts';
import { Tally } from './tally.ts';
import { resolveTarget, type TargetOptions } from './target.ts';
import { createTextReport } from './text-report.ts';
import { createThreadInspector } from './thread-inspector.ts';

/** The command line, read. */
export interface ValidateOptions extends TargetOptions {
  readonly startTime: string;
  readonly endTime?: string;
  readonly publicKeys?: string;
  readonly anchor?: string;
  readonly verbose?: boolean;
  readonly output: 'text' | 'json';
  /** Threads that read log files, with this one. */
  readonly jobs: number;
}

/**
 * Verifies what the options name and reports it.
 *
 * @param thread One that was started early; whoever did ends it.
 * @throws CliError when something is invalid, or could not be validated.
 */
export async function validate(
  options: ValidateOptions,
  context: CliContext,
  thread?: Worker,
): Promise<void> {
  const now = context.now();
  const range = { start: timeOf(options.startTime, now), end: timeOf(options.endTime ?? 'now', now) };
  if (range.start > range.end)
    throw refuse('Invalid time range specified: start-time must occur before end-time');
  const pinned = options.publicKeys === undefined ? undefined : await readPinned(options.publicKeys);
  const target = await resolveTarget(options, context, pinned);
  const anchors =
    options.anchor === undefined
      ? undefined
      : await loadAnchors(options.anchor, { arn: options.trailArn, chain: target.chain, keys: target.keys });
  const tally = new Tally(range);
  const create = options.output === 'json' ? createJsonReport : createTextReport;
  const report = create(context, {
    arn: options.trailArn,
    range,
    tally,
    isVerbose: options.verbose ?? false,
  });
  const reader = await openReader(target.place, context.env);
  const threads = thread
    ? createThreadInspector(target.place, { first: thread, most: options.jobs }, reader)
    : undefined;
  try {
    await report.begin();
    const verdict = await verifyChain(
      {
        ...{ chain: target.chain, bucket: target.bucket, keys: target.keys, reader, now, ...range },
        ...(target.prefix !== undefined && { prefix: target.prefix }),
        ...(target.status && { status: target.status }),
        ...(anchors && { anchors }),
        logs: threads ?? createLogInspector(reader),
      },
      report.tell,
    );
    await report.end(verdict);
    if (tally.hasInvalid || hasErrors(verdict.findings)) throw new CliError('');
  } catch (error) {
    if (error instanceof NoPublicKeys) throw refuse(error.message);
    throw error;
  } finally {
    await threads?.close();
  }
}

function timeOf(text: string, now: number): number {
  try {
    return readTime(text, now);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw refuse(`Unable to parse date value: ${text}`);
    throw error;
  }
}

async function readPinned(path: string): Promise<readonly PublicKey[]> {
  try {
    return readPublicKeys(await readFile(path, 'utf8'));
  } catch (cause) {
    throw refuse(`cannot read public keys from ${path}: ${(cause as Error).message}`, cause);
  }
}

/** The AWS CLI ends with 255 when it could not validate: 1 is kept for what is invalid. */
function refuse(message: string, cause?: unknown): CliError {
  return new CliError(message, { exitCode: 255, cause });
}
