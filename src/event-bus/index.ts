export { type BusEvent, eventIdOf, eventText, eventTimeText, matchedForm } from './bus-event.ts';
export type { Delivery, DropReason, SendOutcome, TargetSender } from './deliveries/delivery.ts';
export { type EventBus, type EventBusCounters, openEventBus } from './event-bus.ts';
export { EventBusError, type EventBusErrorCode } from './event-bus-error.ts';
export { compileInput } from './input/target-input.ts';
export { type InspectedEventBus, inspectEventBus } from './inspect.ts';
export {
  type Bus,
  type BusAddress,
  type BusTag,
  busArn,
  DEFAULT_BUS,
  type Rule,
  type RuleState,
  readBusArn,
  readRuleArn,
  ruleArn,
  type Target,
} from './rule.ts';
export { MAX_BUSES, MAX_TARGETS, type RuleBook } from './rule-book.ts';
export { compileRulePattern } from './rule-index.ts';
export { MAX_RECORD_BYTES, type TrailEvent, trailBusEvent } from './trail-event.ts';
