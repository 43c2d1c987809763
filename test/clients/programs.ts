import { spawn, spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** How a program ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Default 120 s; then the program is killed and the outcome has no status. */
  readonly milliseconds?: number;
}

/** Runs a program to its end; does not throw when it fails. */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.milliseconds ?? 120_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {}); // the program may end without reading
  child.stdin.end(options.input ?? '');
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Whether a command line ends well on this machine. */
export function works(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/**
 * A group of tests that need a program which may not be there. Then they are skipped, and the name of the group, which
 * the test report lists, says what was missing.
 */
export function describeWith(program: string, isThere: boolean, name: string, tests: () => void): void {
  const title = isThere ? name : `${name} [needs ${program}]`;
  describe.skipIf(!isThere)(title, tests);
}
