export type { LogsDependencies } from './dependencies.ts';
export { createLogsService } from './service.ts';
