import type { FsckFinding, Tell } from './finding.ts';

/** Findings of one kind that are told one by one; a broken page may make a million of them. */
const MOST_OF_A_KIND = 100;

/** Gathers findings, of each kind so many. */
export class Findings {
  readonly #told: FsckFinding[] = [];
  readonly #counts = new Map<string, number>();

  readonly tell: Tell = (finding) => {
    const count = (this.#counts.get(finding.code) ?? 0) + 1;
    this.#counts.set(finding.code, count);
    if (count <= MOST_OF_A_KIND) this.#told.push(finding);
  };

  /** In the order of finding; of what was found too often a last one says how often. */
  all(): readonly FsckFinding[] {
    const more = [...this.#counts].flatMap(([code, count]) => {
      const last = this.#told.findLast((finding) => finding.code === code);
      if (count <= MOST_OF_A_KIND || !last) return [];
      return [
        { ...last, message: `and ${count - MOST_OF_A_KIND} more of this kind: ${code}`, repair: 'as above' },
      ];
    });
    return [...this.#told, ...more];
  }
}
