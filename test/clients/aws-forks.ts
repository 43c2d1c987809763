import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findAwsScript } from './aws-script.ts';
import type { Outcome } from './programs.ts';

/** A line that `aws-forks.py` answers with. */
interface Answer {
  readonly id: number;
  readonly pid?: number;
  readonly status?: number;
}

interface Running {
  pid?: number;
  isOverdue?: boolean;
  readonly end: (status: number | null) => void;
}

/** One command: arguments, environment, folder, and the milliseconds after which it is killed. */
export interface AwsCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly milliseconds: number;
}

/**
 * The `aws` of this machine, imported once and forked for each command: the same code, arguments and output as a process
 * of its own at a third of its time. Many commands may run at once. It ends with the process that uses it.
 */
export class AwsForks {
  readonly #child: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'opentrail-aws-'));
  readonly #running = new Map<number, Running>();
  #last = 0;

  private constructor(python: string, script: string) {
    const forks = join(import.meta.dirname, 'aws-forks.py');
    this.#child = spawn(python, [forks, script], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#take(JSON.parse(line)));
    this.#child.stdin!.on('error', () => {}); // its end is told by 'close'
    this.#child.on('error', () => this.#lose()).on('close', () => this.#lose());
    process.on('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
    this.#keepNobodyWaiting();
  }

  /** Undefined where `aws` is missing or is no Python script, as the installer of its second version makes it. */
  static start(): AwsForks | undefined {
    const found = findAwsScript();
    return found && new AwsForks(found.python, found.script);
  }

  /** Runs a command to its end, well or not; one that a signal ended has no status. */
  async run({ args, env, cwd, milliseconds }: AwsCommand): Promise<Outcome> {
    const id = ++this.#last;
    const [stdout, stderr] = [join(this.#folder, `${id}.out`), join(this.#folder, `${id}.err`)];
    const ended = new Promise<number | null>((end) => this.#running.set(id, { end }));
    this.#child.stdin!.write(`${JSON.stringify({ id, args, env, cwd: cwd ?? null, stdout, stderr })}\n`);
    const timer = setTimeout(() => this.#kill(id), milliseconds);
    const status = await ended;
    clearTimeout(timer);
    return { status, stdout: take(stdout), stderr: take(stderr) };
  }

  #take({ id, pid, status }: Answer): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    if (status === undefined) {
      running.pid = pid;
      if (running.isOverdue) this.#kill(id);
      return;
    }
    this.#running.delete(id);
    running.end(status < 0 ? null : status);
  }

  #kill(id: number): void {
    const running = this.#running.get(id);
    if (running?.pid !== undefined) process.kill(running.pid, 'SIGKILL');
    else if (running !== undefined) running.isOverdue = true;
  }

  /** It has ended although it should not: what it ran has no status. */
  #lose(): void {
    for (const { end } of this.#running.values()) end(null);
    this.#running.clear();
  }

  /** A test file is over when its tests are. */
  #keepNobodyWaiting(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdin, this.#child.stdout])
      (stream as unknown as { unref(): void }).unref();
  }
}

/** Reads a file that is then gone. */
function take(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // the command did not come so far
  } finally {
    rmSync(file, { force: true });
  }
}
