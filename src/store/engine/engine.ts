import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { findChildProgram } from './child-program.ts';
import type { EngineOptions } from './options.ts';
import { spoolOf } from './spooled-rows.ts';

/** The part of a logger that the engine uses; pino's loggers fit. */
export interface EngineLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** The embedded engine: a child process that is restarted when it dies. */
export interface Engine {
  readonly socketPath: string;
  /** The folder for `withSpooledRows`; there when the engine is ready. */
  readonly spool: string;
  /** How often the process had to be started again. */
  readonly restarts: number;
  /** The process that runs now. */
  readonly pid: number | undefined;
  /**
   * Resolves when the engine answers; waits through restarts. Rejects when it cannot ever: the directory is held
   * by another process, the engine was closed, or its first five starts failed.
   */
  ready(): Promise<void>;
  /**
   * Ends its process and starts another, which looks at its parts: one that is damaged it puts aside, and takes those
   * again that were merged into it, which lie there for some minutes more. What is being asked is asked again by its
   * callers' `repeat`.
   */
  startAnew(reason: string): void;
  /** Lets statements under way finish, then ends the process; kills it after ten seconds. */
  close(): Promise<void>;
}

/** Options of `startEmbeddedEngine`. */
export interface EmbeddedEngineOptions {
  /** The engine's directory, made when absent. One process at a time; a second is refused. */
  readonly path: string;
  /** The Unix socket to answer on; at most 100 bytes. */
  readonly socketPath: string;
  /** Cap for the engine's allocations, in bytes. Default 500 MB. */
  readonly memoryBytes?: number;
  /** How long to wait for a dying predecessor to let go of the directory, in ms. Default 10 s. */
  readonly patience?: number;
  readonly log?: EngineLog;
}

const MAX_SOCKET_PATH_BYTES = 100;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;
const MAX_FAILED_STARTS = 5;
const DEFAULT_PATIENCE = 10_000;
/** What a new start cannot mend must not make it start for ever: at most so often in so many ms. */
const MOST_DAMAGES = 10;
const DAMAGES_WITHIN = 600_000;

/** The engine's words on stderr when another process holds the directory. */
const LOCKED = /Cannot lock file/;

/** Starts the engine's process and returns at once; `ready()` tells when it answers. */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<Engine> {
  if (Buffer.byteLength(options.socketPath) > MAX_SOCKET_PATH_BYTES) {
    throw new Error(
      `event store engine: the socket path ${options.socketPath} is longer than ${MAX_SOCKET_PATH_BYTES} bytes; ` +
        'choose a shorter data directory',
    );
  }
  mkdirSync(options.path, { recursive: true, mode: 0o700 });
  return new ChildEngine(options, await findChildProgram());
}

class ChildEngine implements Engine {
  readonly socketPath: string;
  readonly spool: string;
  readonly #options: EmbeddedEngineOptions;
  readonly #program: string;
  #child: ChildProcess | undefined;
  #restarts = 0;
  #failedStarts = 0;
  #lockedSince: number | undefined;
  #everReady = false;
  /** When it found itself damaged, lately; ms since the epoch. */
  #damages: readonly number[] = [];
  #answering = false;
  #closing: Promise<void> | undefined;
  #fatal: Error | undefined;
  #pause: NodeJS.Timeout | undefined;
  #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(options: EmbeddedEngineOptions, program: string) {
    this.#options = options;
    this.#program = program;
    this.socketPath = options.socketPath;
    this.spool = spoolOf(options.path);
    this.#start();
  }

  get restarts(): number {
    return this.#restarts;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  ready(): Promise<void> {
    if (this.#fatal) return Promise.reject(this.#fatal);
    if (this.#answering) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #start(): void {
    const { path, socketPath, memoryBytes = 500_000_000 } = this.#options;
    const told: EngineOptions = { path, socketPath, memoryBytes };
    const child = spawn(process.execPath, [this.#program, JSON.stringify(told)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Nothing of the server's environment: it may hold secrets, and options for Node that the child must not get.
      env: { PATH: process.env.PATH, TZ: 'UTC', UV_THREADPOOL_SIZE: '8' },
    });
    this.#child = child;
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString('utf8')).slice(-2000);
    });
    child.on('message', (message: 'ready' | { readonly damage: string }) => {
      if (message !== 'ready') return this.#foundDamage(message.damage);
      this.#answering = true;
      this.#everReady = true;
      this.#failedStarts = 0;
      this.#lockedSince = undefined;
      for (const waiter of this.#waiting.splice(0)) waiter.resolve();
    });
    child.once('error', (error) => {
      complaint = error.message;
    });
    // Not `exit`: what it said on stderr must have been read.
    child.once('close', (code) => this.#ended(code, complaint));
  }

  startAnew(reason: string): void {
    const child = this.#child;
    // One that is starting has not been asked anything yet.
    if (this.#closing || !child || !this.#answering) return;
    this.#options.log?.warn({ reason }, 'the event store engine is started again');
    child.kill('SIGKILL');
  }

  #foundDamage(damage: string): void {
    const now = Date.now();
    const lately = this.#damages.filter((at) => at > now - DAMAGES_WITHIN);
    if (lately.length >= MOST_DAMAGES) return;
    this.#damages = [...lately, now];
    this.startAnew(damage);
  }

  #ended(code: number | null, complaint: string): void {
    this.#answering = false;
    this.#child = undefined;
    if (this.#closing) return;
    // A predecessor that was killed lets go of the directory a moment later.
    if (LOCKED.test(complaint)) {
      this.#lockedSince ??= Date.now();
      if (Date.now() - this.#lockedSince >= (this.#options.patience ?? DEFAULT_PATIENCE)) {
        this.#giveUp(`the directory ${this.#options.path} is in use by another process`);
        return;
      }
      this.#pause = setTimeout(() => this.#start(), FIRST_PAUSE);
      return;
    }
    this.#failedStarts += 1;
    if (!this.#everReady && this.#failedStarts >= MAX_FAILED_STARTS) {
      this.#giveUp(`${MAX_FAILED_STARTS} starts failed: ${complaint.trim()}`);
      return;
    }
    const pause = Math.min(FIRST_PAUSE * 2 ** (this.#failedStarts - 1), LONGEST_PAUSE);
    this.#options.log?.warn({ code, complaint, pause }, 'the event store engine ended; starting it again');
    this.#pause = setTimeout(() => {
      this.#restarts += 1;
      this.#start();
    }, pause);
  }

  #giveUp(reason: string): void {
    this.#fatal = new Error(`event store engine: ${reason}`);
    for (const waiter of this.#waiting.splice(0)) waiter.reject(this.#fatal);
  }

  async #end(): Promise<void> {
    clearTimeout(this.#pause);
    this.#giveUp('closed');
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const deadline = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(deadline);
  }
}
