export { type Destination, KINDS } from './destination.ts';
export type { ForwarderStatus } from './forwarder.ts';
export {
  type Forwards,
  type ForwardsOptions,
  openForwards,
  resealForwards,
  type Sealer,
} from './forwards.ts';
export { FEEDS, type Feed, type FeedName, type FeedRange, type Outgoing } from './outgoing.ts';
export { DestinationRefused } from './read-destination.ts';
