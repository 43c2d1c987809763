import type { Owed } from './owed.ts';

/** Waits; tests hand in one that they drive. Answers a function that calls it off. */
export type StartTimer = (run: () => void, delayMs: number) => () => void;

/** Tries at the same time: in all, to one subscriber, and to those in all whose latest try failed. */
const MAX_RUNNING = 64;
const MAX_RUNNING_TO_ONE = 4;
const MAX_RUNNING_TO_SICK = 32;

/** What waits for one subscriber. */
interface Lane {
  readonly due: Owed[];
  running: number;
  /** Its latest try failed: one try at a time is enough, and only in a part of all places. */
  isSick: boolean;
  /** Milliseconds since the epoch before which the pace of the subscriber allows no further message. */
  notBefore: number;
  isPausing: boolean;
}

/**
 * Messages that are due, in a lane for each subscriber, taken in turns: a subscriber that is slow, down or far behind
 * holds up only itself.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that may start one more, in the order of their turns. */
  readonly #ready = new Set<Lane>();
  readonly #readySick = new Set<Lane>();
  readonly #now: () => number;
  readonly #startTimer: StartTimer;
  /** Called when a lane that had to wait may go on. */
  readonly #onReady: () => void;
  readonly #timers = new Set<() => void>();
  #running = 0;
  #runningSick = 0;

  constructor(options: {
    readonly now: () => number;
    readonly startTimer: StartTimer;
    readonly onReady: () => void;
  }) {
    this.#now = options.now;
    this.#startTimer = options.startTimer;
    this.#onReady = options.onReady;
  }

  add(owed: Owed): void {
    const lane = this.#laneOf(owed);
    lane.due.push(owed);
    this.#line(lane);
  }

  /** The next message to try, with what must be called when the try is over; undefined: nothing may start now. */
  take(): { readonly owed: Owed; readonly done: (isHealthy: boolean) => void } | undefined {
    if (this.#running >= MAX_RUNNING) return undefined;
    const lane =
      first(this.#ready) ?? (this.#runningSick < MAX_RUNNING_TO_SICK ? first(this.#readySick) : undefined);
    if (!lane) return undefined;
    const owed = lane.due.shift()!;
    const wasSick = lane.isSick;
    lane.running++;
    this.#running++;
    if (wasSick) this.#runningSick++;
    if (owed.perSecond) lane.notBefore = Math.max(this.#now(), lane.notBefore) + 1_000 / owed.perSecond;
    this.#line(lane);
    return {
      owed,
      done: (isHealthy) => {
        lane.running--;
        this.#running--;
        if (wasSick) this.#runningSick--;
        lane.isSick = !isHealthy;
        this.#line(lane);
        if (!lane.isSick) this.forget(owed.subscriptionArn);
      },
    };
  }

  /** What was known of a subscriber's health goes with its last message; its pace must hold for the next one too. */
  forget(subscriptionArn: string): void {
    const lane = this.#lanes.get(subscriptionArn);
    if (lane && lane.running === 0 && lane.due.length === 0 && lane.notBefore <= this.#now()) {
      this.#lanes.delete(subscriptionArn);
    }
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#ready.clear();
    this.#readySick.clear();
  }

  #laneOf({ subscriptionArn }: Owed): Lane {
    const known = this.#lanes.get(subscriptionArn);
    if (known) return known;
    const lane = { due: [], running: 0, isSick: false, notBefore: 0, isPausing: false };
    this.#lanes.set(subscriptionArn, lane);
    return lane;
  }

  /** Puts the lane at the end of the line it belongs to, or in none. */
  #line(lane: Lane): void {
    this.#ready.delete(lane);
    this.#readySick.delete(lane);
    if (lane.due.length === 0 || lane.isPausing) return;
    if (lane.running >= (lane.isSick ? 1 : MAX_RUNNING_TO_ONE)) return;
    const pause = lane.notBefore - this.#now();
    if (pause > 0) this.#pause(lane, pause);
    else (lane.isSick ? this.#readySick : this.#ready).add(lane);
  }

  #pause(lane: Lane, milliseconds: number): void {
    lane.isPausing = true;
    const cancel = this.#startTimer(() => {
      this.#timers.delete(cancel);
      lane.isPausing = false;
      this.#line(lane);
      this.#onReady();
    }, milliseconds);
    this.#timers.add(cancel);
  }
}

function first(lanes: ReadonlySet<Lane>): Lane | undefined {
  for (const lane of lanes) return lane;
  return undefined;
}
