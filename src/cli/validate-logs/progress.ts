import type { Answer } from '../../digest/verify/index.ts';
import type { CliContext } from '../context.ts';
import type { Range, Tally } from './tally.ts';

const WIDTH = 24;
/** Milliseconds between two drawings. */
const PERIOD = 100;

/** A bar on a terminal's standard error; nothing where nobody watches. */
export interface Progress {
  show(answer: Answer): void;
  /** Takes the bar away before something else is printed. */
  clear(): void;
}

/** How far back in the time asked for the verification has come. */
export function createProgress(context: CliContext, tally: Tally, { start, end }: Range): Progress {
  if (!context.err.isTTY) return { show: () => undefined, clear: () => undefined };
  const begun = context.now();
  let drawn = 0;
  let isShown = false;
  let reached = end;

  return {
    show(answer) {
      if (answer.kind === 'digest') reached = answer.digest.start;
      const now = context.now();
      if (now - drawn < PERIOD) return;
      drawn = now;
      isShown = true;
      const part = Math.min(1, Math.max(0, (end - reached) / Math.max(1, end - start)));
      const full = Math.round(part * WIDTH);
      const logs = tally.logs.valid + tally.logs.invalid;
      const rate = Math.round((logs * 1000) / Math.max(1, now - begun));
      const bar = `[${'='.repeat(full)}${' '.repeat(WIDTH - full)}] ${Math.round(part * 100)} %`;
      context.err.write(
        `\r\u001b[K${bar}  ${logs} log files, ${rate}/s, ${Math.round(tally.bytes / 1e6)} MB`,
      );
    },
    clear() {
      if (isShown) context.err.write('\r\u001b[K');
      isShown = false;
    },
  };
}
