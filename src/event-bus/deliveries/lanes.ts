/** Events and bytes owed, in all and to one target: a dead one must neither fill the disk nor hold the others. */
export interface LaneLimits {
  readonly owed: number;
  readonly owedToOne: number;
  readonly bytes: number;
  readonly bytesToOne: number;
  /** Tries at the same time. */
  readonly running: number;
  readonly runningToOne: number;
}

/** https://docs.aws.amazon.com/eventbridge/ names none: these bound memory and disk. */
export const LANE_LIMITS: LaneLimits = {
  owed: 200_000,
  owedToOne: 50_000,
  bytes: 2_000_000_000,
  bytesToOne: 500_000_000,
  running: 64,
  runningToOne: 8,
};

/** One owed delivery, as little of it as scheduling needs. */
export interface Waiting {
  readonly number: number;
  readonly targetArn: string;
  readonly bytes: number;
  readonly dueAt: number;
}

interface Lane {
  /** Due now, first come first. */
  readonly due: Waiting[];
  owed: number;
  bytes: number;
  running: number;
}

/** Which delivery is tried next: one lane a target, in turn. Only numbers; knows neither disk nor network. */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #lanes = new Map<string, Lane>();
  #later: Waiting[] = [];
  #earliest = Number.POSITIVE_INFINITY;
  #owed = 0;
  #bytes = 0;
  #running = 0;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  get owed(): number {
    return this.#owed;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Makes room for a delivery; false when there is none. */
  reserve(targetArn: string, bytes: number): boolean {
    const { owed, owedToOne, bytes: allBytes, bytesToOne } = this.#limits;
    const lane = this.#lane(targetArn);
    if (this.#owed >= owed || lane.owed >= owedToOne) return this.#letGo(targetArn, lane, false);
    if (this.#bytes + bytes > allBytes || lane.bytes + bytes > bytesToOne)
      return this.#letGo(targetArn, lane, false);
    this.count(targetArn, bytes);
    return true;
  }

  /** Counts a delivery that is owed whether there is room or not: one that the last process left. */
  count(targetArn: string, bytes: number): void {
    const lane = this.#lane(targetArn);
    lane.owed++;
    lane.bytes += bytes;
    this.#owed++;
    this.#bytes += bytes;
  }

  /** The delivery is owed no more. */
  release({ targetArn, bytes }: Pick<Waiting, 'targetArn' | 'bytes'>): void {
    const lane = this.#lane(targetArn);
    lane.owed--;
    lane.bytes -= bytes;
    this.#owed--;
    this.#bytes -= bytes;
    this.#letGo(targetArn, lane, true);
  }

  /** To be tried when it is due. */
  schedule(waiting: Waiting, now: number): void {
    if (waiting.dueAt <= now) {
      this.#lane(waiting.targetArn).due.push(waiting);
      return;
    }
    this.#later.push(waiting);
    this.#earliest = Math.min(this.#earliest, waiting.dueAt);
  }

  /** Takes what may be tried now; `finish` is owed for each. */
  take(now: number): readonly Waiting[] {
    if (this.#earliest <= now) this.#wakeLater(now);
    const taken: Waiting[] = [];
    for (let isMore = true; isMore && this.#running < this.#limits.running; ) {
      isMore = false;
      for (const lane of this.#lanes.values()) {
        if (this.#running >= this.#limits.running) break;
        if (lane.due.length === 0 || lane.running >= this.#limits.runningToOne) continue;
        taken.push(lane.due.shift()!);
        lane.running++;
        this.#running++;
        isMore = true;
      }
    }
    return taken;
  }

  finish(targetArn: string): void {
    const lane = this.#lane(targetArn);
    lane.running--;
    this.#running--;
    this.#letGo(targetArn, lane, true);
  }

  /** ms since the epoch of the next delivery that waits for its time; Infinity without one. */
  get nextDue(): number {
    return this.#earliest;
  }

  #wakeLater(now: number): void {
    const later = this.#later;
    this.#later = [];
    this.#earliest = Number.POSITIVE_INFINITY;
    for (const waiting of later) this.schedule(waiting, now);
  }

  #lane(targetArn: string): Lane {
    let lane = this.#lanes.get(targetArn);
    if (!lane) {
      lane = { due: [], owed: 0, bytes: 0, running: 0 };
      this.#lanes.set(targetArn, lane);
    }
    return lane;
  }

  /** Forgets a lane that holds nothing. */
  #letGo(targetArn: string, lane: Lane, answer: boolean): boolean {
    if (lane.owed === 0 && lane.running === 0 && lane.due.length === 0) this.#lanes.delete(targetArn);
    return answer;
  }
}
