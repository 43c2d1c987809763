/** Pages whose files are under way while the next is listed. */
const PAGES_AHEAD = 3;

/** Lets the files of a few pages be under way, and awaits them in the order of the pages. */
export class PagesAhead {
  readonly #underWay: { readonly done: Promise<void>; readonly then: (() => void) | undefined }[] = [];

  /** Goes on when there is room for another page. `then` runs when this one and all before it are done. */
  async add(done: Promise<void>, then?: () => void): Promise<void> {
    // Awaited in turn; until then its failure is nobody's.
    done.catch(() => undefined);
    this.#underWay.push({ done, then });
    if (this.#underWay.length > PAGES_AHEAD) await this.#settle();
  }

  /** Resolves when all are done. */
  async end(): Promise<void> {
    while (this.#underWay.length > 0) await this.#settle();
  }

  async #settle(): Promise<void> {
    const { done, then } = this.#underWay.shift()!;
    await done;
    then?.();
  }
}
