import { type ChildProcess, spawn } from 'node:child_process';
import type { Deadline } from '../deadline.ts';
import { CheckFailure } from '../failure.ts';
import type { Environment } from './credentials.ts';

/** How a program ended; `status` is null when a signal ended it. */
export interface CommandOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MAXIMUM_BYTES = 256 * 1024 * 1024;

/** Runs a program, without a shell, to its end or to the deadline's. @throws CheckFailure */
export async function runCommand(
  words: readonly string[],
  env: Environment,
  deadline: Deadline,
): Promise<CommandOutcome> {
  deadline.check();
  const [program = '', ...args] = words;
  // A group of its own, so that what the program starts (sudo does) ends with it.
  const child = spawn(program, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const stop = () => kill(child);
  deadline.signal.addEventListener('abort', stop, { once: true });
  try {
    const outcome = await collect(child, program);
    deadline.check();
    return outcome;
  } catch (error) {
    deadline.check();
    throw error;
  } finally {
    deadline.signal.removeEventListener('abort', stop);
  }
}

async function collect(child: ChildProcess, program: string): Promise<CommandOutcome> {
  const texts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let length = 0;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('data', (part: Buffer) => {
      length += part.length;
      if (length > MAXIMUM_BYTES) kill(child);
      else texts[name].push(part);
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such program' : error.message;
      reject(new CheckFailure(`Command error: cannot run '${program}': ${reason}`));
    });
    child.on('close', resolve);
  });
  const text = (parts: readonly Buffer[]) => Buffer.concat(parts).toString('utf8');
  return { status, stdout: text(texts.stdout), stderr: text(texts.stderr) };
}

function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
