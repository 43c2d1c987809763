export { type Carrier, type OwedLanes, type StartTimer, startCarrier } from './carrier.ts';
