/** How long `whileShut` waits for what is under way, ms: as long as a slow bucket's last try may take. */
const PATIENCE = 180_000;

/**
 * Lets work pass until it is shut; what comes then waits until it is open again. Unlike `slots` it does not care how
 * much passes at a time, only when.
 */
export class Turnstile {
  #open: Promise<void> | undefined;
  #underWay = 0;
  #whenIdle: (() => void) | undefined;

  async pass<T>(work: () => Promise<T>): Promise<T> {
    while (this.#open) await this.#open;
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#whenIdle?.();
    }
  }

  /** Runs `work` while nothing passes. @throws Error when what is under way does not end in time; it is open again then */
  async whileShut<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open) throw new Error('the backup gate is shut already');
    let open = () => {};
    this.#open = new Promise<void>((done) => {
      open = done;
    });
    try {
      await this.#idle();
      return await work();
    } finally {
      this.#open = undefined;
      open();
    }
  }

  async #idle(): Promise<void> {
    if (this.#underWay === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((done, fail) => {
      this.#whenIdle = done;
      timer = setTimeout(
        () => fail(new Error(`a delivery did not end within ${PATIENCE / 1000} s`)),
        PATIENCE,
      );
    }).finally(() => {
      clearTimeout(timer);
      this.#whenIdle = undefined;
    });
  }
}
