export { createStsService, type StsDependencies } from './service.ts';
