import { spawnSync } from 'node:child_process';
import { CheckFailure } from './failure.ts';

/** How the same check ended as another user. */
export interface RunAsOutcome {
  readonly text: string;
  readonly exitCode: number;
}

/**
 * Runs this program again as `user`: with su when we are root, else with sudo. Undefined when we are that user already.
 *
 * @throws CheckFailure when there is no such user, or when the change is refused
 */
export function runAs(user: string, command: readonly string[]): RunAsOutcome | undefined {
  const id = spawnSync('id', ['-u', '--', user], { encoding: 'utf8' });
  if (id.status !== 0) throw new CheckFailure(`Runas user '${user}' not exist.`);
  const uid = process.getuid?.();
  if (uid === Number(id.stdout)) return undefined;
  const [program, ...args] =
    uid === 0
      ? ['su', '-s', '/bin/sh', '-l', user, '-c', command.map(quote).join(' ')]
      : ['sudo', '-n', '-u', user, '--', ...command];
  const done = spawnSync(program!, args, { encoding: 'utf8', timeout: 60_000 });
  if (done.status === null || done.stdout === '') {
    throw new CheckFailure(`cannot run as '${user}': ${done.stderr?.trim().split('\n')[0] || program}`);
  }
  return { text: done.stdout, exitCode: done.status <= 4 ? done.status : 3 };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
