export type { CloudWatchDependencies } from './dependencies.ts';
export { createCloudWatchService } from './service.ts';
