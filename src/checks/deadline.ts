import { CheckFailure } from './failure.ts';

/** The moment by which a check must have ended. */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #seconds: number;
  readonly #endsAt: number;
  readonly #timer: NodeJS.Timeout;

  /** Starts to count now. */
  constructor(seconds: number, words = (given: number) => `time-out: no complete answer within ${given} s`) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#seconds = seconds;
    this.#endsAt = performance.now() + seconds * 1000;
    this.#timer = setTimeout(() => controller.abort(new CheckFailure(words(seconds))), seconds * 1000);
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** Milliseconds that are left, at least one. */
  get left(): number {
    return Math.max(1, this.#endsAt - performance.now());
  }

  /** @throws CheckFailure when the time is over */
  check(): void {
    this.signal.throwIfAborted();
  }

  /** Ends the counting, so that the process can end. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Waits. @throws CheckFailure when the time is over before that */
  async sleep(milliseconds: number): Promise<void> {
    this.check();
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(this.signal.reason);
      };
      const timer = setTimeout(() => {
        this.signal.removeEventListener('abort', stop);
        resolve();
      }, milliseconds);
      this.signal.addEventListener('abort', stop, { once: true });
    });
  }
}
