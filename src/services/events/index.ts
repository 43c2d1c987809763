export type { EventsDependencies } from './dependencies.ts';
export { openRemoteBus, type RemoteBus } from './remote-bus.ts';
export { createEventsService } from './service.ts';
