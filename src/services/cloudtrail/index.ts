export type { CloudTrailDependencies } from './dependencies.ts';
export { createRateLimiter } from './rate-limiter.ts';
export { createCloudTrailService } from './service.ts';
