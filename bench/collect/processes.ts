import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const TICKS = 100;

/** CPU seconds of a process until now; 0 when it is gone. */
export function cpuOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(user ?? 0) + Number(system ?? 0)) / TICKS;
}

/** Resident bytes of a process now: all, and those that are its own and no mapped files. */
export function memoryOf(pid: number): { readonly all: number; readonly own: number } {
  const status = read(`/proc/${pid}/status`);
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0);
  return { all: kilobytes('VmRSS') * 1024, own: kilobytes('RssAnon') * 1024 };
}

/** The most that some processes had together, looked at every 50 ms. */
export class MemoryPeak {
  all = 0;
  own = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pids: () => readonly (number | undefined)[]) {
    this.#timer = setInterval(() => {
      const now = pids().flatMap((pid) => (pid === undefined ? [] : [memoryOf(pid)]));
      this.all = Math.max(
        this.all,
        now.reduce((sum, { all }) => sum + all, 0),
      );
      this.own = Math.max(
        this.own,
        now.reduce((sum, { own }) => sum + own, 0),
      );
    }, 50);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Starts a program of this folder; answers it with the first line that it prints. */
export async function startProgram(file: string, args: readonly string[]): Promise<[ChildProcess, string]> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return [child, line];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
