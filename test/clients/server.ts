import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aws } from './aws.ts';
import { type Outcome, run } from './programs.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '..', '..');
const command = join(root, 'bin', 'opentrail.js');

/** How to start a server for a test. */
export interface ServerOptions {
  /** More flags of `opentrail serve`; the folder, the port and the ready file are given already. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The built product, running as its own process on a port of its own, with a data directory that `dispose` takes away.
 * Nothing is shared between two of them, so test files may run side by side.
 */
export class TestServer {
  readonly folder: string;
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;
  #output = '';
  #dataDir: string;

  private constructor(options: ServerOptions) {
    this.#options = options;
    this.folder = mkdtempSync(join(tmpdir(), 'opentrail-clients-'));
    this.#dataDir = join(this.folder, 'data');
  }

  /** Builds if the sources are newer than dist, starts, and waits until the server serves. */
  static async start(options: ServerOptions = {}): Promise<TestServer> {
    execFileSync(process.execPath, [join(root, 'scripts', 'ready.js')], { stdio: 'inherit' });
    const server = new TestServer(options);
    try {
      await server.#spawn([]);
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  /** As `serve` was told; another one after `restart({ dataDir })`. */
  get dataDir(): string {
    return this.#dataDir;
  }

  get url(): string {
    return this.#read('endpoint.json').get('url') ?? '';
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Everything that the process has written so far; for messages of failed tests. */
  get output(): string {
    return this.#output;
  }

  /** What an AWS client needs in its environment to be the root of the main account, and nothing from the machine's own. */
  get env(): Record<string, string> {
    const keys = this.#read('root-credentials.json');
    return {
      ...this.plainEnv,
      AWS_ACCESS_KEY_ID: keys.get('accessKeyId') ?? '',
      AWS_SECRET_ACCESS_KEY: keys.get('secretAccessKey') ?? '',
    };
  }

  /** The same without credentials. */
  get plainEnv(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      HOME: this.folder,
      ...(process.env.PYENV_ROOT !== undefined && { PYENV_ROOT: process.env.PYENV_ROOT }),
      LANG: 'C.UTF-8',
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      NPM_CONFIG_UPDATE_NOTIFIER: 'false',
      AWS_MAX_ATTEMPTS: '2',
    };
  }

  /** The AWS CLI as root of the main account. */
  get aws(): Aws {
    return new Aws(this.env, this.folder);
  }

  /** The `opentrail` command on this machine's server; must succeed. Answers with what it printed. */
  async opentrail(...args: readonly string[]): Promise<string> {
    const outcome = await this.runOpentrail(...args);
    if (outcome.status !== 0)
      throw new Error(`opentrail ${args.join(' ')} ended with ${outcome.status}: ${outcome.stderr}`);
    return outcome.stdout;
  }

  /** The same, whether it succeeds or not. */
  async runOpentrail(...args: readonly string[]): Promise<Outcome> {
    const env = { ...this.env, OPENTRAIL_DATA_DIR: this.dataDir };
    return await run(process.execPath, [command, ...args], { env, cwd: this.folder });
  }

  /** SIGTERM, as a service manager does; answers with the exit code. */
  async stop(): Promise<number | null> {
    return await this.#end('SIGTERM');
  }

  /** The power cut: no handler runs. */
  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Starts again, on the same data directory if no other is given, and on a new port: the environment changes with it. */
  async restart(
    options: { readonly dataDir?: string; readonly flags?: readonly string[] } = {},
  ): Promise<void> {
    if (this.#child !== undefined) await this.stop();
    this.#dataDir = options.dataDir ?? this.#dataDir;
    await this.#spawn(options.flags ?? []);
  }

  async dispose(): Promise<void> {
    if (this.#child !== undefined) await this.#end('SIGKILL');
    // The engine of a process that was killed notices that a moment later.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 30, retryDelay: 50 });
  }

  async #spawn(flags: readonly string[]): Promise<void> {
    const readyFile = join(this.folder, 'ready.json');
    rmSync(readyFile, { force: true });
    const own = ['--data-dir', this.dataDir, '--port', '0', '--ready-file', readyFile];
    const child = spawn(
      process.execPath,
      [command, 'serve', ...own, ...(this.#options.flags ?? []), ...flags],
      {
        cwd: this.folder,
        env: { PATH: process.env.PATH, HOME: this.folder, ...this.#options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    await until('the server is ready', 120_000, () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(
          `the server ended (${child.exitCode ?? child.signalCode}) before it was ready:\n${this.#output}`,
        );
      }
      return existsSync(readyFile);
    });
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(timer);
    return child.exitCode;
  }

  #read(file: string): Map<string, string> {
    return new Map(Object.entries(JSON.parse(readFileSync(join(this.dataDir, file), 'utf8'))));
  }
}
