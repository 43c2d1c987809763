export { type Queueing, Slots } from './slots.ts';
