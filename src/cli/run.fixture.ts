import { Writable } from 'node:stream';
import type { CliContext } from './context.ts';
import { run } from './main.ts';

/** How a command ended, and what it wrote. */
export interface CliOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the `opentrail` command in this process. By default the clock is the machine's. */
export async function runHere(
  argv: readonly string[],
  context: Pick<CliContext, 'env'> & Partial<CliContext>,
): Promise<CliOutcome> {
  const texts = { out: '', err: '' };
  const into = (name: keyof typeof texts) =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const code = await run([...argv], {
    out: into('out'),
    err: into('err'),
    now: Date.now,
    sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    ...context,
  });
  return { code, ...texts };
}
