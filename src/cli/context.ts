import type { Writable } from 'node:stream';

/** The world as a command sees it; tests hand in another one. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly err: Writable & { readonly isTTY?: boolean };
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** A command cannot go on; the message is the one line that the user sees. */
export class CliError extends Error {
  /** 1: the work failed; 2: the command line is wrong. */
  readonly exitCode: number;
  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'CliError';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Writes and waits while the other side is slow, so that a long answer never piles up in memory. */
export async function write(stream: Writable, text: string | Uint8Array): Promise<void> {
  if (stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
