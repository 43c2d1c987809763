export { createIamService, type IamDependencies } from './service.ts';
