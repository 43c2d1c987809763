export {
  type DeliverableTrails,
  type Delivery,
  type DeliveryOptions,
  type FlushOutcome,
  startDelivery,
  type TrailProgress,
} from './delivery.ts';
export type { DeliveryState, Stage, StagedFile } from './delivery-state.ts';
export {
  type EventBusDelivery,
  startEventBusDelivery,
  type TrailEventSink,
} from './event-bus/event-bus-delivery.ts';
export type { TakenEvent } from './event-bus/taken-events.ts';
export {
  type LogGroupDelivery,
  type LogGroupProgress,
  startLogGroupDelivery,
} from './log-group/log-group-delivery.ts';
export { MAX_LOG_FILE_BYTES } from './s3/log-file.ts';
