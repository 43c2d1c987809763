import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../src/signer/index.ts';

const PAGE = 4096;
const TICKS = 100;

/** CPU seconds used so far, and resident bytes now, of one process. */
export interface Usage {
  readonly cpu: number;
  /** All of it. */
  readonly memory: number;
  /** Without pages of mapped files, which the system takes back when it needs them. */
  readonly own: number;
}

/** The built product as its own process, to be measured. */
export class BenchServer {
  readonly folder = mkdtempSync(join(process.env.OPENTRAIL_BENCH_DIR ?? tmpdir(), 'opentrail-bench-'));
  /** Milliseconds from spawn to the ready file. */
  startTime = 0;
  #child: ChildProcess | undefined;

  async start(flags: readonly string[] = []): Promise<void> {
    const ready = join(this.folder, 'ready.json');
    rmSync(ready, { force: true });
    const args = [
      // For a profile: --cpu-prof --cpu-prof-dir=DIR
      ...(process.env.OPENTRAIL_BENCH_NODE_FLAGS?.split(' ') ?? []),
      'bin/opentrail.js',
      'serve',
      '--data-dir',
      join(this.folder, 'data'),
      '--port',
      '0',
      '--ready-file',
      ready,
    ];
    const begun = Date.now();
    this.#child = spawn(process.execPath, [...args, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
    while (!existsSync(ready)) {
      if (this.#child.exitCode !== null) throw new Error('the server ended before it was ready');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.startTime = Date.now() - begun;
  }

  get url(): URL {
    return new URL(
      (JSON.parse(readFileSync(join(this.folder, 'data', 'endpoint.json'), 'utf8')) as { url: string }).url,
    );
  }

  get credentials(): Credentials {
    return JSON.parse(
      readFileSync(join(this.folder, 'data', 'root-credentials.json'), 'utf8'),
    ) as Credentials;
  }

  /** Of the server's own process. */
  usage(): Usage {
    return usageOf(this.#child!.pid!);
  }

  /** Of the event store's engine, a child of the server. */
  engineUsage(): Usage {
    const engine = readdirSync('/proc').find(
      (name) => /^\d+$/.test(name) && parentOf(name) === this.#child!.pid,
    );
    return engine ? usageOf(Number(engine)) : { cpu: 0, memory: 0, own: 0 };
  }

  /** One value of `GET /metrics`, summed over its labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(new URL('/metrics', this.url))).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function statOf(pid: number | string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function parentOf(pid: string): number {
  try {
    return Number(statOf(pid)[1]);
  } catch {
    return 0;
  }
}

function usageOf(pid: number): Usage {
  const stat = statOf(pid);
  const own = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return {
    cpu: (Number(stat[11]) + Number(stat[12])) / TICKS,
    memory: Number(stat[21]) * PAGE,
    own: Number(own) * 1024,
  };
}
