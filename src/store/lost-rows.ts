/** How often lost rows are written again before the insert fails. */
const AGAIN = 3;

/** An insert that has been reported, and how its rows are looked for and written again in parts. */
export interface ReportedInsert<Part> {
  /** The caller and what it inserted into, for the error. */
  readonly what: string;
  readonly token: string;
  /** Reads back and answers the parts whose rows are not there. */
  readonly lost: () => Promise<readonly Part[]>;
  /** Writes the rows of these parts, and no others. */
  readonly write: (parts: readonly Part[], token: string) => Promise<void>;
}

/**
 * Resolves when the rows of an insert are there: an engine that reports success is not believed. After a disk was full,
 * one was seen to remember the token of rows that it had lost, so these are written under tokens that it does not know.
 *
 * @throws Error when the engine loses them each time
 */
export async function writeLostAgain<Part>({
  what,
  token,
  lost,
  write,
}: ReportedInsert<Part>): Promise<void> {
  for (let again = 1; ; again++) {
    const parts = await lost();
    if (parts.length === 0) return;
    if (again > AGAIN) {
      throw new Error(`${what}: the engine reported inserts but has no rows of ${parts.join(' and ')}`);
    }
    await write(parts, `${token} again ${again}`);
  }
}
