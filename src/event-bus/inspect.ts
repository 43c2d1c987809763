import { checkCounter, hasMembers, type TellDisagreement, wholeRows } from '../lmdb/index.ts';
import { DEFAULT_BUS, type Rule, ruleArn } from './rule.ts';
import { compileRule, isActive } from './rule-index.ts';
import { type BusEnvironment, openBusEnvironment } from './store/environment.ts';

/** What a check of the event bus tells other checks. */
export interface InspectedEventBus {
  readonly rules: readonly Rule[];
  /** The journal's number of the next event to look at. */
  readonly cursor: number;
  /** Some rule wants events of trails: they must still be there. */
  readonly isListening: boolean;
}

/** Goes through the buses kept in `path`, which no server uses. Changes nothing. */
export async function inspectEventBus(path: string, tell: TellDisagreement): Promise<InspectedEventBus> {
  const env = openBusEnvironment(path);
  try {
    const isBus = (value: unknown) =>
      hasMembers(value, { account: 'string', region: 'string', bus: 'string' });
    const buses = new Set(
      [...wholeRows('buses', env.buses, isBus, tell)].map(({ key }) => JSON.stringify(key)),
    );
    const isRule = (value: unknown) =>
      isBus(value) && hasMembers(value, { name: 'string', pattern: 'string', targets: 'object' });
    const rules = [...wholeRows('rules', env.rules, isRule, tell)].map(({ value }) => value);
    for (const rule of rules) checkRule(rule, buses, tell);
    checkOwed(env, tell);
    return {
      rules,
      cursor: env.root.get('journal') ?? 0,
      isListening: rules.some((rule) => rule.bus === DEFAULT_BUS && isActive(rule)),
    };
  } finally {
    await env.root.close();
  }
}

function checkRule(rule: Rule, buses: ReadonlySet<string>, tell: TellDisagreement): void {
  const { account, region, bus } = rule;
  if (bus !== DEFAULT_BUS && !buses.has(JSON.stringify([account, region, bus])))
    tell('owner', `${ruleArn(rule)} is of an event bus that does not exist`);
  try {
    compileRule(rule);
  } catch (error) {
    // All rules are compiled at the start.
    tell(
      'unreadable',
      `${ruleArn(rule)} cannot be read, and the server does not start: ${(error as Error).message}`,
    );
  }
}

function checkOwed(env: BusEnvironment, tell: TellDisagreement): void {
  let count = 0;
  let highest = 0;
  const isDelivery = (value: unknown) =>
    hasMembers(value, { ruleArn: 'string', targetArn: 'string', nextTryAt: 'number' });
  for (const { key, value } of wholeRows('owed', env.owed, isDelivery, tell)) {
    count++;
    highest = Math.max(highest, key);
    if (!env.messages.doesExist(key))
      tell('index', `what ${value.targetArn} is owed of ${value.ruleArn} (number ${key}) has lost its text`);
  }
  const texts = env.messages.getKeysCount();
  if (texts > count) tell('index', `${texts - count} texts are owed to nobody`);
  checkCounter('next', env.root.get('next'), [highest], tell);
}
