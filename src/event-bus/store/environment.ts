import type { Database, RootDatabase } from 'lmdb';
import { openEnvironment } from '../../lmdb/index.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import type { Bus, Rule } from '../rule.ts';

/** By account, Region, bus. */
export type BusKey = [account: string, region: string, bus: string];
/** By account, Region, bus, rule. */
export type RuleKey = [account: string, region: string, bus: string, rule: string];

/** The databases of the event bus, in one LMDB environment: a transaction spans them all. */
export interface BusEnvironment {
  /** `next`: the number of the next owed delivery; `journal`: the journal's number of the next event to look at. */
  readonly root: RootDatabase<number, 'next' | 'journal'>;
  readonly buses: Database<Bus, BusKey>;
  readonly rules: Database<Rule, RuleKey>;
  /** What targets are owed, by number; the message is beside, so that the list is small to read. */
  readonly owed: Database<Delivery, number>;
  readonly messages: Database<string, number>;
}

/** Opens (and makes) the environment in `path`, a folder of its own. A write is on disk when its promise resolves. */
export function openBusEnvironment(path: string): BusEnvironment {
  const root: BusEnvironment['root'] = openEnvironment(path);
  return {
    root,
    buses: root.openDB({ name: 'buses', encoding: 'json' }),
    rules: root.openDB({ name: 'rules', encoding: 'json' }),
    owed: root.openDB({ name: 'owed', encoding: 'json' }),
    messages: root.openDB({ name: 'messages', encoding: 'string', compression: true }),
  };
}
