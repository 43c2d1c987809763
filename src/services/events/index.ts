export type { EventsDependencies } from './dependencies.ts';
export { createEventsService } from './service.ts';
