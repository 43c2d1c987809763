export { createSqsService } from './service.ts';
