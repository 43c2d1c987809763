import { inTransaction } from '../lmdb/index.ts';
import { EventBusError } from './event-bus-error.ts';
import { type Bus, type BusAddress, type BusPlace, DEFAULT_BUS, type Rule } from './rule.ts';
import { compileRule, isActive, type LiveRule, RuleIndex } from './rule-index.ts';
import type { BusEnvironment } from './store/environment.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const MAX_RULES = 300;
export const MAX_TARGETS = 5;
export const MAX_BUSES = 100;

const SEPARATOR = '\n';
const addressKey = ({ account, region, bus }: BusAddress) => [account, region, bus].join(SEPARATOR);

/** All buses and rules: on disk, and compiled in memory. Changes are on disk when their promises resolve. */
export class RuleBook {
  readonly #env: BusEnvironment;
  readonly #head: () => number;
  /** By bus, then by name. */
  readonly #rules = new Map<string, Map<string, LiveRule>>();
  readonly #indexes = new Map<string, RuleIndex>();
  #activeOnDefault = 0;

  /** `head` is the journal's: where reading begins for a rule that is the first. */
  constructor(env: BusEnvironment, head: () => number) {
    this.#env = env;
    this.#head = head;
    for (const { value } of env.rules.getRange()) this.#keep(value);
  }

  /** Whether some rule may want events of trails. */
  get isListening(): boolean {
    return this.#activeOnDefault > 0;
  }

  /** Whether an event on the bus can match anything; undefined index: no. */
  indexOf(address: BusAddress): RuleIndex | undefined {
    const key = addressKey(address);
    let index = this.#indexes.get(key);
    if (!index) {
      const live = [...(this.#rules.get(key)?.values() ?? [])].filter(({ rule }) => isActive(rule));
      if (live.length === 0) return undefined;
      index = new RuleIndex(live);
      this.#indexes.set(key, index);
    }
    return index;
  }

  find(address: BusAddress, name: string): Rule | undefined {
    return this.#rules.get(addressKey(address))?.get(name)?.rule;
  }

  /** @throws EventBusError ResourceNotFoundException */
  get(address: BusAddress, name: string): Rule {
    const rule = this.find(address, name);
    if (!rule) throw noSuchRule(address, name);
    return rule;
  }

  /** By name. */
  list(address: BusAddress): readonly Rule[] {
    const rules = [...(this.#rules.get(addressKey(address))?.values() ?? [])].map(({ rule }) => rule);
    return rules.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Changes a rule, or makes one; `change` gets what is there, and answers what shall be: undefined for nothing. It may
   * throw an EventBusError. @throws EventBusError LimitExceededException
   */
  async change(
    address: BusAddress,
    name: string,
    change: (rule: Rule | undefined) => Rule | undefined,
  ): Promise<Rule | undefined> {
    const { account, region, bus } = address;
    const key: [string, string, string, string] = [account, region, bus, name];
    const head = this.#head();
    const changed = await inTransaction(this.#env.root, () => {
      const before = this.#env.rules.get(key);
      const rule = change(before);
      if (!rule) {
        if (before) void this.#env.rules.remove(key);
        return rule;
      }
      if (!before && this.list(address).length >= MAX_RULES)
        throw new EventBusError(
          'LimitExceededException',
          'The requested resource exceeds the maximum number allowed.',
        );
      compileRule(rule);
      // The first rule that listens gets what comes from now on, not what was passed over while nobody did.
      const begins = !this.isListening && bus === DEFAULT_BUS && isActive(rule);
      if (begins && (this.#env.root.get('journal') ?? 0) < head) void this.#env.root.put('journal', head);
      void this.#env.rules.put(key, rule);
      return rule;
    });
    if (changed) this.#keep(changed);
    else this.#forget(address, name);
    return changed;
  }

  /** @throws EventBusError ResourceNotFoundException */
  requireBus(address: BusAddress): void {
    if (address.bus !== DEFAULT_BUS && !this.findBus(address)) throw noSuchBus(address);
  }

  findBus({ account, region, bus }: BusAddress): Bus | undefined {
    return this.#env.buses.get([account, region, bus]);
  }

  /** Buses that were made in a place, by name. */
  listBuses({ account, region }: BusPlace): readonly Bus[] {
    return [...this.#env.buses.getRange({ start: [account, region, ''], end: [account, `${region}\0`, ''] })]
      .map(({ value }) => value)
      .filter((bus) => bus.account === account && bus.region === region);
  }

  /** `change` as in `change`. */
  async changeBus(
    { account, region, bus }: BusAddress,
    change: (bus: Bus | undefined) => Bus | undefined,
  ): Promise<Bus | undefined> {
    return await inTransaction(this.#env.root, () => {
      const before = this.#env.buses.get([account, region, bus]);
      const next = change(before);
      if (next) void this.#env.buses.put([account, region, bus], next);
      else if (before) void this.#env.buses.remove([account, region, bus]);
      return next;
    });
  }

  #keep(rule: Rule): void {
    this.#forget(rule, rule.name);
    const key = addressKey(rule);
    let rules = this.#rules.get(key);
    if (!rules) {
      rules = new Map();
      this.#rules.set(key, rules);
    }
    rules.set(rule.name, compileRule(rule));
    if (rule.bus === DEFAULT_BUS && isActive(rule)) this.#activeOnDefault++;
  }

  #forget(address: BusAddress, name: string): void {
    const key = addressKey(address);
    const known = this.#rules.get(key)?.get(name)?.rule;
    if (known && known.bus === DEFAULT_BUS && isActive(known)) this.#activeOnDefault--;
    this.#rules.get(key)?.delete(name);
    this.#indexes.delete(key);
  }
}

function noSuchRule({ bus }: BusAddress, name: string): EventBusError {
  return new EventBusError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
}

function noSuchBus({ bus }: BusAddress): EventBusError {
  return new EventBusError('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
}
