/** A search that cannot be read: where, why, and what would be right. */
export class QueryError extends Error {
  /** Offset into the search, in UTF-16 units, from 0. */
  readonly position: number;
  /** What to write instead. */
  readonly hint: string;

  constructor(position: number, problem: string, hint: string) {
    super(`${problem} at character ${position + 1}; ${hint}`);
    this.name = 'QueryError';
    this.position = position;
    this.hint = hint;
  }
}
