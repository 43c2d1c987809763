export { type CheckContext, runCheck } from './run.ts';
