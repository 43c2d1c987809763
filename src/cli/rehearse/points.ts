import { type MetricPoint, merge, setOf } from '../../cloudwatch/index.ts';

/** Collects values into the points of a metric, in bounded memory: one for each step of time that has any. */
export class PointCollector {
  readonly #step: number;
  readonly #points: MetricPoint[] = [];
  /** The newest point is a default value, which gives way to the first real one. */
  #isDefault = false;

  /** @param step Milliseconds: a second for alarms of less than a minute, else a minute. */
  constructor(step: number) {
    this.#step = step;
  }

  /** Times ascend. */
  add(time: number, value: number): void {
    const begin = time - (time % this.#step);
    const last = this.#points.at(-1);
    const set = setOf(value);
    if (last?.time !== begin) this.#points.push({ time: begin, unit: 'None', set });
    else
      this.#points[this.#points.length - 1] = { ...last, set: this.#isDefault ? set : merge(last.set, set) };
    this.#isDefault = false;
  }

  /** An event came that counts nothing: its minute has at least this value. */
  addDefault(time: number, value: number): void {
    const begin = time - (time % this.#step);
    if (this.#points.at(-1)?.time === begin) return;
    this.#points.push({ time: begin, unit: 'None', set: setOf(value) });
    this.#isDefault = true;
  }

  get points(): readonly MetricPoint[] {
    return this.#points;
  }
}
