import { inTransaction, nextNumber } from '../../lmdb/index.ts';
import { alarmMessage } from '../actions/alarm-message.ts';
import { CloudWatchError } from '../cloudwatch-error.ts';
import type { CloudWatchEnvironment } from '../environment.ts';
import type { CloudWatchPlace } from '../place.ts';
import { type Alarm, type AlarmSettings, type AlarmState, actionsOf, alarmKey } from './alarm.ts';
import { configurationUpdate, stateUpdate } from './configuration.ts';
import { writeHistory } from './history.ts';
import { endBefore, type Transition } from './replay.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
export const MAX_ALARMS = 5_000;

/** What an evaluation found of an alarm. */
export interface Evaluated {
  /** As it was when it was evaluated. */
  readonly alarm: Alarm;
  readonly transitions: readonly Transition[];
  readonly evaluatedTo: number;
}

/** The alarms of all accounts. A change is on disk when its promise resolves. */
export class Alarms {
  readonly #env: CloudWatchEnvironment;
  readonly #now: () => number;
  readonly #onOwed: () => void;
  readonly #maxAlarms: number;

  constructor(env: CloudWatchEnvironment, now: () => number, onOwed: () => void, maxAlarms = MAX_ALARMS) {
    this.#env = env;
    this.#maxAlarms = maxAlarms;
    this.#now = now;
    this.#onOwed = onOwed;
  }

  find(place: CloudWatchPlace, name: string): Alarm | undefined {
    return this.#env.alarms.get(alarmKey(place, name));
  }

  /** Alarms of an account in a Region by name, after `after`. */
  list(
    { account, region }: CloudWatchPlace,
    { prefix = '', after }: { prefix?: string; after?: string } = {},
  ): readonly Alarm[] {
    const start = after !== undefined && after > prefix ? after : prefix;
    const found: Alarm[] = [];
    for (const { value } of this.#env.alarms.getRange({ start: [account, region, start] })) {
      if (value.account !== account || value.region !== region || !value.name.startsWith(prefix)) break;
      if (value.name !== after) found.push(value);
    }
    return found;
  }

  /** Every alarm of every account. */
  all(): readonly Alarm[] {
    return [...this.#env.alarms.getRange()].map(({ value }) => value);
  }

  /**
   * Makes an alarm, or gives one new settings and leaves its state. Tags count for new ones only, as on AWS.
   * @throws CloudWatchError LimitExceeded
   */
  async put(place: CloudWatchPlace, settings: AlarmSettings, tags: Alarm['tags']): Promise<void> {
    const time = this.#now();
    await inTransaction(this.#env.root, () => {
      const known = this.find(place, settings.name);
      if (!known && this.#countOf(place) >= this.#maxAlarms)
        throw new CloudWatchError(
          'LimitExceeded',
          `The maximum number of alarms, ${this.#maxAlarms}, has been reached.`,
        );
      const { account, region } = place;
      const alarm: Alarm = {
        account,
        region,
        ...settings,
        ...(known ? stateOf(known) : initialState(time)),
        createdAt: known?.createdAt ?? time,
        configuredAt: time,
        // Another rule looks at the same data anew.
        evaluatedTo: endBefore(settings.rule, time),
        tags: known?.tags ?? tags,
      };
      this.#write(alarm);
      if (!known) this.#setCount(place, this.#countOf(place) + 1);
      const type = known ? 'Update' : 'Create';
      writeHistory(this.#env, place, {
        alarm: alarm.name,
        time,
        type: 'ConfigurationUpdate',
        summary: `Alarm "${alarm.name}" ${known ? 'updated' : 'created'}`,
        data: configurationUpdate(type, alarm),
      });
    });
  }

  /** Deletes alarms, all or none. @throws CloudWatchError ResourceNotFound */
  async delete(place: CloudWatchPlace, names: readonly string[]): Promise<void> {
    const time = this.#now();
    await inTransaction(this.#env.root, () => {
      const found = new Map(names.map((name) => [name, this.find(place, name)]));
      const missing = [...found].flatMap(([name, alarm]) => (alarm ? [] : [name]));
      if (missing.length > 0)
        throw new CloudWatchError(
          'ResourceNotFound',
          `The following alarms do not exist: [${missing.join(', ')}]`,
        );
      this.#setCount(place, this.#countOf(place) - found.size);
      for (const alarm of found.values()) {
        void this.#env.alarms.remove(alarmKey(place, alarm!.name));
        writeHistory(this.#env, place, {
          alarm: alarm!.name,
          time,
          type: 'ConfigurationUpdate',
          summary: `Alarm "${alarm!.name}" deleted`,
          data: configurationUpdate('Delete', alarm!),
        });
      }
    });
  }

  /** Switches the actions of alarms; those that are not there are passed over, as on AWS. */
  async enableActions(
    place: CloudWatchPlace,
    names: readonly string[],
    actionsEnabled: boolean,
  ): Promise<void> {
    const time = this.#now();
    await inTransaction(this.#env.root, () => {
      for (const name of new Set(names)) {
        const known = this.find(place, name);
        if (!known || known.actionsEnabled === actionsEnabled) continue;
        const alarm = { ...known, actionsEnabled, configuredAt: time };
        this.#write(alarm);
        writeHistory(this.#env, place, {
          alarm: name,
          time,
          type: 'ConfigurationUpdate',
          summary: `Alarm "${name}" updated`,
          data: configurationUpdate('Update', alarm),
        });
      }
    });
  }

  /** @throws CloudWatchError ResourceNotFound; what `change` throws, and then nothing changes */
  async setTags(
    place: CloudWatchPlace,
    name: string,
    change: (tags: Alarm['tags']) => Alarm['tags'],
  ): Promise<void> {
    await inTransaction(this.#env.root, () => {
      const alarm = this.find(place, name);
      if (!alarm) throw new CloudWatchError('ResourceNotFound', `Unknown alarm: ${name}`);
      this.#write({ ...alarm, tags: change(alarm.tags) });
    });
  }

  /** SetAlarmState: until the next evaluation says otherwise. @throws CloudWatchError ResourceNotFound */
  async setState(
    place: CloudWatchPlace,
    name: string,
    wish: { readonly state: AlarmState; readonly reason: string; readonly reasonData?: string },
  ): Promise<void> {
    const isOwing = await inTransaction(this.#env.root, () => {
      const known = this.find(place, name);
      if (!known) throw new CloudWatchError('ResourceNotFound', 'Alarm does not exist');
      const time = this.#now();
      return this.#change({ ...known, evaluatedTo: endBefore(known.rule, time) }, wish, time);
    });
    if (isOwing) this.#onOwed();
  }

  /**
   * Writes what evaluations found, together with what it owes, all in one transaction. Leaves out an alarm that is
   * another one by now, or whose state was set by hand meanwhile: the next evaluation looks again.
   */
  async apply(evaluations: readonly Evaluated[]): Promise<void> {
    const isOwing = await inTransaction(this.#env.root, () =>
      evaluations.map((one) => this.#applyOne(one)).some((isOwed) => isOwed),
    );
    if (isOwing) this.#onOwed();
  }

  #applyOne({ alarm: seen, transitions, evaluatedTo }: Evaluated): boolean {
    const known = this.find(seen, seen.name);
    if (!known || known.createdAt !== seen.createdAt || known.configuredAt !== seen.configuredAt)
      return false;
    if (known.stateUpdatedAt !== seen.stateUpdatedAt) return false;
    let isOwed = false;
    let current = known;
    for (const transition of transitions) {
      isOwed = this.#change(current, transition, this.#now()) || isOwed;
      current = this.find(seen, seen.name)!;
    }
    this.#write({ ...current, evaluatedTo });
    return isOwed;
  }

  /** Only inside a transaction. Answers whether there is now something to be carried out. */
  #change(
    before: Alarm,
    { state, reason, reasonData }: { state: AlarmState; reason: string; reasonData?: string },
    time: number,
  ): boolean {
    const { reasonData: _, ...rest } = before;
    const isOther = state !== before.state;
    const alarm: Alarm = {
      ...rest,
      state,
      reason,
      ...(reasonData !== undefined && { reasonData }),
      stateUpdatedAt: time,
      transitionedAt: isOther ? time : before.transitionedAt,
    };
    this.#write(alarm);
    if (!isOther) return false;
    writeHistory(this.#env, alarm, {
      alarm: alarm.name,
      time,
      type: 'StateUpdate',
      summary: `Alarm updated from ${before.state} to ${state}`,
      data: stateUpdate(before, alarm),
    });
    if (!alarm.actionsEnabled) return false;
    const actions = actionsOf(alarm, state);
    if (actions.length === 0) return false;
    const message = alarmMessage(alarm, before.state);
    for (const action of actions)
      void this.#env.owed.put(nextNumber(this.#env.root, 'owed'), {
        alarm: alarmKey(alarm, alarm.name),
        action,
        message,
        changedAt: time,
        failed: 0,
        nextTryAt: time,
      });
    return true;
  }

  /** Kept beside the alarms: to count thousands for each new one takes long. */
  #countOf({ account, region }: CloudWatchPlace): number {
    return this.#env.root.get(`alarms/${account}/${region}`) ?? 0;
  }

  #setCount({ account, region }: CloudWatchPlace, count: number): void {
    void this.#env.root.put(`alarms/${account}/${region}`, count);
  }

  #write(alarm: Alarm): void {
    void this.#env.alarms.put(alarmKey(alarm, alarm.name), alarm);
  }
}

type State = Pick<Alarm, 'state' | 'reason' | 'reasonData' | 'stateUpdatedAt' | 'transitionedAt'>;

function stateOf({ state, reason, reasonData, stateUpdatedAt, transitionedAt }: Alarm): State {
  return { state, reason, ...(reasonData !== undefined && { reasonData }), stateUpdatedAt, transitionedAt };
}

function initialState(time: number): State {
  return {
    state: 'INSUFFICIENT_DATA',
    reason: 'Unchecked: Initial alarm creation',
    stateUpdatedAt: time,
    transitionedAt: time,
  };
}
